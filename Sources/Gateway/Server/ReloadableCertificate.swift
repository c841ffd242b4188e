internal import HummingbirdTLS
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The certificate that new connections get. It can be exchanged while the service runs.
final class ReloadableCertificate: Sendable {
  private struct Pair: Sendable {
    var chain: [NIOSSLCertificateSource]
    var key: NIOSSLPrivateKeySource
  }

  private let certificatePath: String
  private let keyPath: String
  private let pair: Mutex<Pair>

  init(certificate: String, key: String) throws(SettingsError) {
    certificatePath = certificate
    keyPath = key
    pair = Mutex(try Self.read(certificate, key))
  }

  /// Reads both files again. An error leaves the certificate before in use.
  func reload() throws(SettingsError) {
    let fresh = try Self.read(certificatePath, keyPath)
    pair.withLock { $0 = fresh }
  }

  var configuration: TLSConfiguration {
    let now = pair.withLock { $0 }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: now.chain, privateKey: now.key)
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    configuration.sslContextCallback = { [self] _, promise in
      let now = pair.withLock { $0 }
      var override = NIOSSLContextConfigurationOverride()
      override.certificateChain = now.chain
      override.privateKey = now.key
      promise.succeed(override)
    }
    return configuration
  }

  private static func read(_ certificate: String, _ key: String) throws(SettingsError) -> Pair {
    let chain: [NIOSSLCertificate]
    do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
      throw SettingsError("tls.certificate", "\(certificate) is no readable PEM certificate")
    }
    let privateKey: NIOSSLPrivateKey
    do { privateKey = try NIOSSLPrivateKey(file: key, format: .pem) } catch {
      throw SettingsError("tls.key", "\(key) is no readable PEM key")
    }
    let pair = Pair(
      chain: chain.map { .certificate($0) }, key: .privateKey(privateKey))
    // A key of another certificate is found now, not by the first client.
    do {
      _ = try NIOSSLContext(
        configuration: .makeServerConfiguration(
          certificateChain: pair.chain, privateKey: pair.key))
    } catch {
      throw SettingsError("tls.key", "\(key) is not the key of \(certificate)")
    }
    return pair
  }
}
