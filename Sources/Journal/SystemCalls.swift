import CSystem
import Glibc

/// The few calls whose failure decides what is acknowledged, so that a test can make a disk fail that does not.
///
/// Results are those of the C functions of the same name, `errno` included.
package struct SystemCalls: Sendable {
    /// `pwrite`.
    package var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int
    /// `pread`.
    package var read: @Sendable (_ file: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int
    /// `fdatasync`.
    package var sync: @Sendable (_ file: Int32) -> Int32
    /// `ftruncate`.
    package var truncate: @Sendable (_ file: Int32, _ size: Int) -> Int32

    /// The real ones.
    package static let real = SystemCalls(
        write: { pwrite($0, $1.baseAddress, $1.count, $2) }, read: { pread($0, $1.baseAddress, $1.count, $2) },
        sync: { fdatasync($0) }, truncate: { ftruncate($0, $1) })

    /// Writes all of the bytes, or returns the number of the error.
    func writeAll(_ bytes: [UInt8], to file: Int32, at offset: Int) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = write(file, UnsafeRawBufferPointer(rebasing: bytes[done...]), offset + done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return count == 0 ? EIO : errno }
                done += count
            }
            return nil
        }
    }
}
