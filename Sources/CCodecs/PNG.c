#include "CCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

struct reading {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t left;
  jmp_buf back;
  char *message;
};

static void fail(png_structp png, png_const_charp text) {
  struct reading *reading = png_get_error_ptr(png);
  snprintf(reading->message, CODEC_MESSAGE_SIZE, "%s", text);
  longjmp(reading->back, 1);
}

// Of what libpng only warns it drops no pixels.
static void warn(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void take(png_structp png, png_bytep place, size_t count) {
  struct reading *reading = png_get_io_ptr(png);
  if (count > reading->left) png_error(png, "The file ends too early");
  memcpy(place, reading->bytes, count);
  reading->bytes += count;
  reading->left -= count;
}

static void begin(struct reading *reading) {
  reading->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reading, fail, warn);
  if (reading->png == NULL) {
    snprintf(reading->message, CODEC_MESSAGE_SIZE, "libpng could not begin");
    longjmp(reading->back, 1);
  }
  reading->info = png_create_info_struct(reading->png);
  if (reading->info == NULL) png_error(reading->png, "Out of memory");
  png_set_read_fn(reading->png, reading, take);
  // Texts and profiles are not looked at: one of them may inflate to a gigabyte.
  png_set_keep_unknown_chunks(reading->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(reading->png, reading->info);
}

static uint32_t channels(const struct reading *reading) {
  return png_get_color_type(reading->png, reading->info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
}

bool codec_png_header(const uint8_t *bytes, size_t count, codec_header *header, char *message) {
  struct reading reading = {.bytes = bytes, .left = count, .message = message};
  if (setjmp(reading.back)) {
    png_destroy_read_struct(&reading.png, &reading.info, NULL);
    return false;
  }
  begin(&reading);
  *header = (codec_header){png_get_image_width(reading.png, reading.info),
                           png_get_image_height(reading.png, reading.info), channels(&reading)};
  png_destroy_read_struct(&reading.png, &reading.info, NULL);
  return true;
}

bool codec_png_decode(const uint8_t *bytes, size_t count, const codec_header *header,
                      uint8_t *pixels, char *message) {
  struct reading reading = {.bytes = bytes, .left = count, .message = message};
  if (setjmp(reading.back)) {
    png_destroy_read_struct(&reading.png, &reading.info, NULL);
    return false;
  }
  begin(&reading);
  png_structp png = reading.png;
  int colour = png_get_color_type(png, reading.info);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (colour == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reading.info);
  size_t row = (size_t)header->width * header->channels;
  if (png_get_rowbytes(png, reading.info) != row ||
      png_get_image_height(png, reading.info) != header->height) {
    png_error(png, "The header does not fit the pixels");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < header->height; y++) png_read_row(png, pixels + y * row, NULL);
  }
  png_destroy_read_struct(&reading.png, &reading.info, NULL);
  return true;
}
