#ifndef KEYLEDGER_CRC32C_H
#define KEYLEDGER_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/// Extends a CRC32C (Castagnoli, reflected, as in RFC 3720) by `length` bytes.
///
/// `crc` is 0 for the first call, afterwards the result of the call before; so
/// `crc32c_extend(crc32c_extend(0, a), b)` is the CRC32C of `a` followed by `b`.
/// The CRC32C of the nine bytes "123456789" is 0xE3069283.
uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t length);

/// The same function without instructions that some processors lack. For tests.
uint32_t crc32c_extend_portable(uint32_t crc, const void *bytes, size_t length);

#endif
