#include "CCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
// After jpeglib.h, whose configuration it reads.
#include <jerror.h>

// Each scan of a progressive file visits every pixel, so many of them in a small file take for
// ever; encoders make about ten.
enum { SCAN_LIMIT = 500 };

struct reading {
  struct jpeg_decompress_struct decoder;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf back;
  char *message;
};

static struct reading *reading_of(j_common_ptr decoder) { return decoder->client_data; }

static void fail(j_common_ptr decoder) {
  struct reading *reading = reading_of(decoder);
  char text[JMSG_LENGTH_MAX];
  decoder->err->format_message(decoder, text);
  snprintf(reading->message, CODEC_MESSAGE_SIZE, "%s", text);
  longjmp(reading->back, 1);
}

static void warn(j_common_ptr decoder, int level) {
  // Traces have levels from 0 on.
  if (level >= 0) return;
  switch (decoder->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      fail(decoder);
  }
}

static void limit_scans(j_common_ptr decoder) {
  if (((j_decompress_ptr)decoder)->input_scan_number <= SCAN_LIMIT) return;
  struct reading *reading = reading_of(decoder);
  snprintf(reading->message, CODEC_MESSAGE_SIZE, "More than %d scans", SCAN_LIMIT);
  longjmp(reading->back, 1);
}

static void say_nothing(j_common_ptr decoder) { (void)decoder; }

static void begin(struct reading *reading, const uint8_t *bytes, size_t count) {
  j_decompress_ptr decoder = &reading->decoder;
  jpeg_create_decompress(decoder);
  reading->progress.progress_monitor = limit_scans;
  decoder->progress = &reading->progress;
  jpeg_mem_src(decoder, bytes, count);
  jpeg_read_header(decoder, TRUE);
  switch (decoder->num_components) {
    case 1: decoder->out_color_space = JCS_GRAYSCALE; break;
    case 3: decoder->out_color_space = JCS_RGB; break;
    case 4: decoder->out_color_space = JCS_CMYK; break;
    default: ERREXIT(decoder, JERR_CONVERSION_NOTIMPL);
  }
}

// What must be there before the first error can be.
static void prepare(struct reading *reading, char *message) {
  memset(reading, 0, sizeof *reading);
  reading->message = message;
  reading->decoder.client_data = reading;
  reading->decoder.err = jpeg_std_error(&reading->errors);
  reading->errors.error_exit = fail;
  reading->errors.emit_message = warn;
  reading->errors.output_message = say_nothing;
}

bool codec_jpeg_header(const uint8_t *bytes, size_t count, codec_header *header, char *message) {
  struct reading reading;
  prepare(&reading, message);
  if (setjmp(reading.back)) {
    jpeg_destroy_decompress(&reading.decoder);
    return false;
  }
  begin(&reading, bytes, count);
  *header = (codec_header){reading.decoder.image_width, reading.decoder.image_height,
                           reading.decoder.num_components};
  jpeg_destroy_decompress(&reading.decoder);
  return true;
}

bool codec_jpeg_decode(const uint8_t *bytes, size_t count, const codec_header *header,
                       uint8_t *pixels, char *message) {
  struct reading reading;
  prepare(&reading, message);
  if (setjmp(reading.back)) {
    jpeg_destroy_decompress(&reading.decoder);
    return false;
  }
  begin(&reading, bytes, count);
  j_decompress_ptr decoder = &reading.decoder;
  jpeg_start_decompress(decoder);
  // The memory was measured by the header; another start of frame must not change it.
  if (decoder->output_width != header->width || decoder->output_height != header->height ||
      decoder->output_components != (int)header->channels) {
    ERREXIT(decoder, JERR_BAD_STATE);
  }
  size_t row = (size_t)header->width * header->channels;
  while (decoder->output_scanline < decoder->output_height) {
    JSAMPROW place = pixels + decoder->output_scanline * row;
    jpeg_read_scanlines(decoder, &place, 1);
  }
  jpeg_finish_decompress(decoder);
  jpeg_destroy_decompress(decoder);
  return true;
}
