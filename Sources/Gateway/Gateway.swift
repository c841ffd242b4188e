internal import CryptoExtras
internal import Hummingbird
internal import HummingbirdTLS
