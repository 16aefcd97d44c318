import Foundation

/// A web server of a few lines on 127.0.0.1, for one test.
final class LoopbackServer: Sendable {
    enum Answer: Sendable {
        case bytes([UInt8])
        case status(Int)
        /// Promises more bytes than it sends, then hangs up.
        case cutShort([UInt8])
        /// Sends in six pieces, each after a pause in seconds.
        case slowly([UInt8], pause: Double)
        /// Accepts and says nothing.
        case silence
    }

    let url: URL
    private let socket: Int32

    init(_ answer: @escaping @Sendable (_ path: String) -> Answer) throws {
        #if os(Linux)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let listener = Foundation.socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard bound, let url = URL(string: "http://127.0.0.1:\(address.sin_port.bigEndian)/") else {
            throw POSIXError(.EADDRNOTAVAIL)
        }
        self.url = url
        socket = listener
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                Thread.detachNewThread { Self.serve(client, answer) }
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    private static func serve(_ client: Int32, _ answer: (String) -> Answer) {
        defer { close(client) }
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !request.suffix(4).elementsEqual([13, 10, 13, 10]) {
            let got = recv(client, &buffer, buffer.count, 0)
            if got <= 0 { return }
            request += buffer[..<got]
        }
        let path = String(decoding: request, as: UTF8.self).split(separator: " ")[1]
        switch answer(String(path)) {
        case .bytes(let body): send(client, status: 200, length: body.count, body)
        case .slowly(let body, let pause):
            send(client, status: 200, length: body.count, [])
            for part in 0..<6 {
                Thread.sleep(forTimeInterval: pause)
                write(client, Array(body[(body.count * part / 6)..<(body.count * (part + 1) / 6)]))
            }
        case .status(let status): send(client, status: status, length: 0, [])
        case .cutShort(let body): send(client, status: 200, length: body.count * 2, body)
        case .silence: _ = recv(client, &buffer, buffer.count, 0)
        }
    }

    private static func send(_ client: Int32, status: Int, length: Int, _ body: [UInt8]) {
        let head = "HTTP/1.1 \(status) X\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n"
        write(client, Array(head.utf8) + body)
    }

    private static func write(_ client: Int32, _ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let step = bytes[sent...].withUnsafeBytes {
                #if os(Linux)
                    Foundation.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                #else
                    Foundation.send(client, $0.baseAddress, $0.count, 0)
                #endif
            }
            if step <= 0 { return }
            sent += step
        }
    }
}
