internal import Gateway

@main struct Keyledgerd { static func main() {} }
