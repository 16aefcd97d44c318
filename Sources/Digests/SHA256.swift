import Foundation

#if canImport(CryptoKit)
    import CryptoKit
#else
    import CCrypto
#endif

/// SHA-256 of bytes that come piece by piece, by the system's libcrypto (on a Mac, CryptoKit).
///
///     let hash = SHA256()
///     hash.update(pixels)
///     print(hash.digest().hexadecimal)
public final class SHA256 {
    /// 32 bytes.
    public typealias Digest = [UInt8]

    #if canImport(CryptoKit)
        private var state = CryptoKit.SHA256()
    #else
        private let context: OpaquePointer

        deinit { EVP_MD_CTX_free(context) }
    #endif

    /// Of no bytes so far.
    public init() {
        #if !canImport(CryptoKit)
            // Neither fails but for want of memory: every libcrypto has SHA-256.
            guard let context = EVP_MD_CTX_new(),
                EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
            else { preconditionFailure("libcrypto has no memory for SHA-256.") }
            self.context = context
        #endif
    }

    /// Appends bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        #if canImport(CryptoKit)
            state.update(bufferPointer: bytes)
        #else
            EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        #endif
    }

    /// Appends bytes.
    public func update(_ bytes: some ContiguousBytes) { bytes.withUnsafeBytes { update($0) } }

    /// Of all bytes so far; there is nothing to append after it.
    public func digest() -> Digest {
        #if canImport(CryptoKit)
            return Array(state.finalize())
        #else
            return Digest(unsafeUninitializedCapacity: 32) { buffer, count in
                EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
                count = 32
            }
        #endif
    }

    /// Of bytes that are there at once.
    public static func digest(of bytes: some ContiguousBytes) -> Digest {
        let hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }

    /// HMAC (RFC 2104): what only those can compute who know the key.
    /// - Parameter key: of any length.
    public static func authenticationCode(of bytes: some ContiguousBytes, key: [UInt8]) -> Digest {
        #if canImport(CryptoKit)
            return bytes.withUnsafeBytes {
                Array(
                    HMAC<CryptoKit.SHA256>.authenticationCode(
                        for: $0, using: SymmetricKey(data: key)))
            }
        #else
            return bytes.withUnsafeBytes { bytes in
                Digest(unsafeUninitializedCapacity: 32) { buffer, count in
                    // An empty array has no address, and libcrypto takes none for "the key of before".
                    let key = key.isEmpty ? [0] : key
                    HMAC(
                        EVP_sha256(), key, Int32(key.count),
                        bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count,
                        buffer.baseAddress, nil)
                    count = 32
                }
            }
        #endif
    }
}

extension SHA256.Digest {
    /// Two lowercase digits a byte.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
