import ArgumentParser
import GRDB
import Crypto
