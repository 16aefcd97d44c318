// The door to libjpeg and libpng, which report errors by longjmp: that must not cross Swift.
//
// Rules of the door
//   * A function returns whether it could; where it could not, `message` says why in the library's
//     own words, ended by a zero.
//   * Nothing outlives a call: pixels go to memory that the caller took after looking at the
//     header, and a file to memory of which the caller says how much there is.
#ifndef CCODECS_H
#define CCODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CODEC_MESSAGE_SIZE = 256 };

/// What a file's header says.
typedef struct {
  uint32_t width;
  uint32_t height;
  /// Of the decoded pixels: 1 grey; 3 red, green, blue; 4 cyan, magenta, yellow, black as stored.
  uint32_t channels;
} codec_header;

/// 8 bits: a file that has 12 is refused.
bool codec_jpeg_header(const uint8_t *bytes, size_t count, codec_header *header, char *message);
/// Decodes to `pixels`, `[height, width, channels]`. Damage that costs pixels is an error, though
/// libjpeg would paint over it and only warn.
bool codec_jpeg_decode(const uint8_t *bytes, size_t count, const codec_header *header,
                       uint8_t *pixels, char *message);
/// Encodes `pixels`, `[height, width, channels]` with 1 or 3 channels, at a quality of 1 to 100 and
/// with libjpeg's defaults otherwise. `count` is how many bytes there is room for, then how many
/// were written.
bool codec_jpeg_encode(const uint8_t *pixels, const codec_header *header, int quality,
                       uint8_t *bytes, size_t *count, char *message);

bool codec_png_header(const uint8_t *bytes, size_t count, codec_header *header, char *message);
/// Decodes to `pixels`, `[height, width, channels]`: palettes looked up, fewer than 8 bits
/// stretched, of 16 bits the higher 8, transparency dropped.
bool codec_png_decode(const uint8_t *bytes, size_t count, const codec_header *header,
                      uint8_t *pixels, char *message);

#endif
