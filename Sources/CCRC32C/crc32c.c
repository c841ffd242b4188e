#include "crc32c.h"

#include <string.h>

// Portable: slicing by 8, one table per byte of a 64-bit word. Every table is derived from the
// reflected polynomial.

static const uint32_t polynomial = 0x82F63B78;

static uint32_t tables[8][256];

// Runs before main and before any thread, so the tables need no lock.
__attribute__((constructor)) static void fill_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc >> 1) ^ ((crc & 1) ? polynomial : 0);
    }
    tables[0][byte] = crc;
  }
  for (uint32_t byte = 0; byte < 256; byte++) {
    for (int table = 1; table < 8; table++) {
      uint32_t before = tables[table - 1][byte];
      tables[table][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
}

uint32_t crc32c_extend_portable(uint32_t crc, const void *bytes, size_t length) {
  const uint8_t *next = bytes;
  crc = ~crc;
  while (length >= 8) {
    uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 |
                          (uint32_t)next[3] << 24);
    crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^
          tables[4][low >> 24] ^ tables[3][next[4]] ^ tables[2][next[5]] ^ tables[1][next[6]] ^
          tables[0][next[7]];
    next += 8;
    length -= 8;
  }
  while (length-- > 0) {
    crc = (crc >> 8) ^ tables[0][(crc ^ *next++) & 0xFF];
  }
  return ~crc;
}

#if defined(__x86_64__)

#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t
extend_in_hardware(uint32_t crc, const void *bytes, size_t length) {
  const uint8_t *next = bytes;
  uint64_t state = ~crc;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, next, sizeof word);
    state = _mm_crc32_u64(state, word);
    next += 8;
    length -= 8;
  }
  uint32_t narrow = (uint32_t)state;
  while (length-- > 0) {
    narrow = _mm_crc32_u8(narrow, *next++);
  }
  return ~narrow;
}

uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t length) {
  if (__builtin_cpu_supports("sse4.2")) {
    return extend_in_hardware(crc, bytes, length);
  }
  return crc32c_extend_portable(crc, bytes, length);
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

#include <arm_acle.h>

uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t length) {
  const uint8_t *next = bytes;
  crc = ~crc;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, next, sizeof word);
    crc = __crc32cd(crc, word);
    next += 8;
    length -= 8;
  }
  while (length-- > 0) {
    crc = __crc32cb(crc, *next++);
  }
  return ~crc;
}

#else

uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t length) {
  return crc32c_extend_portable(crc, bytes, length);
}

#endif
