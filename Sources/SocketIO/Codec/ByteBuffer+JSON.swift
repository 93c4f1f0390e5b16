import ChatCore
import NIOCore

extension ByteBuffer {
    /// The elements of a payload that is an array.
    func jsonElements() throws(SocketIOFault) -> (elements: [JSONElement], excess: ChatError?) {
        try checked { bytes throws(ChatError) in try JSONParser.elements(bytes) }
    }

    /// The members of a payload that is an object.
    func checkedObject() throws(SocketIOFault) -> JSONObject {
        try checked { bytes throws(ChatError) in try JSONParser.object(bytes) }
    }

    private func checked<Value>(
        _ parse: (UnsafeRawBufferPointer) throws(ChatError) -> Value
    ) throws(SocketIOFault) -> Value {
        let result = withUnsafeReadableBytes { bytes in
            Result { () throws(ChatError) in try parse(bytes) }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw SocketIOFault("A packet's payload is at fault. \(error.detail)")
        }
    }
}
