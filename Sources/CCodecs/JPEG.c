#include "CCodecs.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
// After jpeglib.h, whose configuration it reads.
#include <jerror.h>

// Each scan of a progressive file visits every pixel, so many of them in a small file take for
// ever; encoders make about ten.
enum { SCAN_LIMIT = 500 };

// Where to go when libjpeg gives up, and where to leave its reason.
struct escape {
  struct jpeg_error_mgr errors;
  jmp_buf back;
  char *message;
};

struct reading {
  struct jpeg_decompress_struct decoder;
  struct jpeg_progress_mgr progress;
  struct escape escape;
};

struct writing {
  struct jpeg_compress_struct encoder;
  struct jpeg_destination_mgr destination;
  struct escape escape;
};

static void fail(j_common_ptr codec) {
  struct escape *escape = codec->client_data;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  snprintf(escape->message, CODEC_MESSAGE_SIZE, "%s", text);
  longjmp(escape->back, 1);
}

static void warn(j_common_ptr codec, int level) {
  // Traces have levels from 0 on.
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      fail(codec);
  }
}

static void limit_scans(j_common_ptr decoder) {
  if (((j_decompress_ptr)decoder)->input_scan_number <= SCAN_LIMIT) return;
  struct escape *escape = decoder->client_data;
  snprintf(escape->message, CODEC_MESSAGE_SIZE, "More than %d scans", SCAN_LIMIT);
  longjmp(escape->back, 1);
}

static void say_nothing(j_common_ptr codec) { (void)codec; }

// What must be there before the first error can be.
static void prepare(j_common_ptr codec, struct escape *escape, char *message) {
  escape->message = message;
  codec->client_data = escape;
  codec->err = jpeg_std_error(&escape->errors);
  escape->errors.error_exit = fail;
  escape->errors.emit_message = warn;
  escape->errors.output_message = say_nothing;
}

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

bool codec_jpeg_header(const uint8_t *bytes, size_t count, codec_header *header, char *message) {
  struct reading reading = {0};
  prepare((j_common_ptr)&reading.decoder, &reading.escape, message);
  if (setjmp(reading.escape.back)) {
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
  struct reading reading = {0};
  prepare((j_common_ptr)&reading.decoder, &reading.escape, message);
  if (setjmp(reading.escape.back)) {
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

// The caller's memory is all that there is: nothing to set up, to enlarge or to flush.
static void begin_output(j_compress_ptr encoder) { (void)encoder; }

static boolean refuse_more(j_compress_ptr encoder) {
  ERREXIT(encoder, JERR_FILE_WRITE);
  return FALSE;
}

static void end_output(j_compress_ptr encoder) { (void)encoder; }

bool codec_jpeg_encode(const uint8_t *pixels, const codec_header *header, int quality,
                       uint8_t *bytes, size_t *count, char *message) {
  struct writing writing = {.destination = {.next_output_byte = bytes,
                                            .free_in_buffer = *count,
                                            .init_destination = begin_output,
                                            .empty_output_buffer = refuse_more,
                                            .term_destination = end_output}};
  prepare((j_common_ptr)&writing.encoder, &writing.escape, message);
  if (setjmp(writing.escape.back)) {
    jpeg_destroy_compress(&writing.encoder);
    return false;
  }
  j_compress_ptr encoder = &writing.encoder;
  jpeg_create_compress(encoder);
  encoder->dest = &writing.destination;
  encoder->image_width = header->width;
  encoder->image_height = header->height;
  encoder->input_components = (int)header->channels;
  encoder->in_color_space = header->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(encoder);
  jpeg_set_quality(encoder, quality, TRUE);
  jpeg_start_compress(encoder, TRUE);
  size_t row = (size_t)header->width * header->channels;
  while (encoder->next_scanline < encoder->image_height) {
    // Only read, though libjpeg's type does not say so.
    JSAMPROW place = (JSAMPROW)(pixels + encoder->next_scanline * row);
    jpeg_write_scanlines(encoder, &place, 1);
  }
  jpeg_finish_compress(encoder);
  *count -= writing.destination.free_in_buffer;
  jpeg_destroy_compress(encoder);
  return true;
}
