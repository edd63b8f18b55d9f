/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of DICOM objects: what becomes of pixels of every form that is shown, and why others are not. */
#include "test.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <jpeglib.h>
#include "dicom_bytes.h"
#include "src/evidence/reader_priv.h"
#include "verdict/evidence/document.h"
#include "verdict/evidence/reader.h"
#include "config.h"

#define EXPLICIT "1.2.840.10008.1.2.1"
#define RLE "1.2.840.10008.1.2.5"
#define JPEG "1.2.840.10008.1.2.4.50"

struct shape {
	const char *syntax, *photometric, *frames, *center, *width;
	unsigned int samples, allocated, stored, rows, cols;
	bool negative, planar;
};

static void image(struct writer *w, const struct shape *s)
{
	begin_file(w, s->syntax);
	put_us(w, 0x00280002, s->samples);
	puts_(w, 0x00280004, "CS", s->photometric);
	put_us(w, 0x00280006, s->planar);
	if (s->frames)
		puts_(w, 0x00280008, "IS", s->frames);
	put_us(w, 0x00280010, s->rows);
	put_us(w, 0x00280011, s->cols);
	put_us(w, 0x00280100, s->allocated);
	put_us(w, 0x00280101, s->stored);
	put_us(w, 0x00280102, s->stored - 1);
	put_us(w, 0x00280103, s->negative);
	if (s->center) {
		puts_(w, 0x00281050, "DS", s->center);
		puts_(w, 0x00281051, "DS", s->width);
	}
}

static void fragments(struct writer *w, const void *const *parts, const size_t *sizes, size_t n)
{
	size_t i;

	head(w, 0x7fe00010, "OB", UNTIL);
	head(w, 0xfffee000u, "", 0);	/* no table of offsets */
	for (i = 0; i < n; i++) {
		head(w, 0xfffee000u, "", (uint32_t)(sizes[i] + sizes[i] % 2));
		buf_add(&w->b, parts[i], sizes[i]);
		if (sizes[i] % 2)
			buf_addc(&w->b, '\0');
	}
	end_seq(w);
}

static enum status ask(struct picture *out, struct arena *a, struct writer *w, const struct picture_request *q)
{
	struct document *d;
	struct source src;
	enum status rc;

	source_mem(&src, w->b.ptr, w->b.len);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	rc = document_picture(out, a, d, q);
	document_free(d);
	buf_done(&w->b);
	return rc;
}

/* Every value of the picture, row by row: a grey one by one number each. */
static void shows(struct writer *w, const struct picture_request *q, const char *want)
{
	struct picture p;
	struct arena a;
	struct buf b;
	uint32_t i;

	arena_init(&a);
	buf_init(&b, 65536);
	if (ask(&p, &a, w, q) != STATUS_OK)
		fail_msg("%s", status_message());
	for (i = 0; i < p.cols * p.rows; i++) {
		const unsigned char *c = p.rgb + 3 * i;

		buf_adds(&b, i ? i % p.cols ? " " : "\n" : "");
		if (p.grey)
			buf_printf(&b, "%u", c[0]);
		else
			buf_printf(&b, "%02x%02x%02x", c[0], c[1], c[2]);
	}
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
	arena_done(&a);
}

static void test_grey(void **state)
{
	static const unsigned char bytes[] = { 0, 85, 170, 255 };
	static const unsigned char words[] = { 0x18, 0xfc, 0, 0, 0xe8, 0x03, 0, 0 };	/* -1000 0 1000 0 */
	const struct picture_request all = { .cols = 100, .rows = 100 }, one = { .cols = 1, .rows = 1 };
	const struct picture_request narrow = { .cols = 100, .rows = 100, .center = 500, .width = 2 };
	struct shape s = { EXPLICIT, "MONOCHROME2", NULL, NULL, NULL, 1, 8, 8, 2, 2, false, false };
	struct writer w;

	(void)state;
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", bytes, 4);
	shows(&w, &all, "0 85\n170 255");
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", bytes, 4);
	shows(&w, &one, "128");		/* the mean of all */
	s.photometric = "MONOCHROME1";
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", bytes, 4);
	shows(&w, &all, "255 170\n85 0");
	s = (struct shape){ EXPLICIT, "MONOCHROME2", NULL, "40\\400", "400\\2000", 1, 16, 16, 2, 2, true, false };
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", words, 8);
	shows(&w, &all, "0 102\n255 102");
	image(&w, &s);
	puts_(&w, 0x00281052, "DS", "1000");	/* rescaled: 0 1000 2000 1000 */
	put(&w, 0x7fe00010, "OW", words, 8);
	shows(&w, &narrow, "0 255\n255 255");
	s.syntax = "1.2.840.10008.1.2.2";
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", "\xfc\x18\0\0\x03\xe8\0\0", 8);
	shows(&w, &all, "0 102\n255 102");
	s = (struct shape){ EXPLICIT, "MONOCHROME2", NULL, NULL, NULL, 1, 1, 1, 2, 8, false, false };
	image(&w, &s);
	put(&w, 0x7fe00010, "OB", "\x81\x0f", 2);
	shows(&w, &all, "255 0 0 0 0 0 0 255\n255 255 255 255 0 0 0 0");
}

static void test_colour(void **state)
{
	static const unsigned char mixed[] = { 255, 0, 0, 0, 255, 0 }, planes[] = { 255, 0, 0, 255, 0, 0 };
	const struct picture_request all = { .cols = 100, .rows = 100 }, second = { .frame = 1, .cols = 9, .rows = 9 };
	struct shape s = { EXPLICIT, "RGB", NULL, NULL, NULL, 3, 8, 8, 1, 2, false, false };
	struct writer w;
	uint32_t i;

	(void)state;
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", mixed, 6);
	shows(&w, &all, "ff0000 00ff00");
	s.planar = true;
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", planes, 6);
	shows(&w, &all, "ff0000 00ff00");
	s = (struct shape){ EXPLICIT, "RGB", "2", NULL, NULL, 3, 8, 8, 1, 1, false, false };
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", mixed, 6);
	shows(&w, &second, "00ff00");
	s = (struct shape){ EXPLICIT, "YBR_FULL", NULL, NULL, NULL, 3, 8, 8, 1, 1, false, false };
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", "\x4c\x55\xff", 3);
	shows(&w, &all, "fe0000");
	s = (struct shape){ EXPLICIT, "PALETTE COLOR", NULL, NULL, NULL, 1, 8, 8, 1, 2, false, false };
	image(&w, &s);
	for (i = 0; i < 3; i++)
		put(&w, 0x00281101 + i, "US", "\x02\0\x05\0\x10\0", 6);	/* two entries, the first for 5 */
	put(&w, 0x00281201, "OW", "\0\0\0\xff", 4);
	put(&w, 0x00281202, "OW", "\0\x80\0\0", 4);
	put(&w, 0x00281203, "OW", "\0\0\0\0", 4);
	put(&w, 0x7fe00010, "OW", "\x05\x06", 2);
	shows(&w, &all, "008000 ff0000");
}

static void test_rle(void **state)
{
	static const unsigned char grey[] = { 1, 0, 0, 0, 64, 0, 0, 0, [64] = 3, 0, 85, 170, 255 };
	static const unsigned char same[] = { 1, 0, 0, 0, 64, 0, 0, 0, [64] = 0xfd, 7, 0x80 };
	static const unsigned char wrong[] = { 1, 0, 0, 0, 64, 0, 0, 0, [64] = 3, 1, 2 };
	const void *const two[] = { grey, same }, *const bad[] = { wrong };
	const size_t sizes[] = { sizeof(grey), sizeof(same) }, bad_size[] = { sizeof(wrong) };
	const struct picture_request all = { .cols = 100, .rows = 100 };
	struct shape s = { RLE, "MONOCHROME2", "2", "128", "256", 1, 8, 8, 2, 2, false, false };
	struct picture_request q = all;
	struct picture p;
	struct arena a;
	struct writer w;

	(void)state;
	image(&w, &s);
	fragments(&w, two, sizes, 2);
	shows(&w, &all, "0 85\n170 255");
	q.frame = 1;
	image(&w, &s);
	fragments(&w, two, sizes, 2);
	shows(&w, &q, "7 7\n7 7");
	arena_init(&a);
	s.frames = NULL;
	image(&w, &s);
	fragments(&w, bad, bad_size, 1);
	assert_int_equal(ask(&p, &a, &w, &all), STATUS_INVALID);
	assert_string_equal(status_message(), "run 1 of the frame is damaged");
	arena_done(&a);
}

/* A part of the image, sample by sample; and samples that are not square. */
static void test_part(void **state)
{
	static const unsigned char bytes[] = { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 255 };
	struct picture_request q = { .cols = 9, .rows = 9, .left = 1, .top = 2, .columns = 2, .lines = 2 };
	struct shape s = { EXPLICIT, "MONOCHROME2", NULL, "128", "256", 1, 8, 8, 4, 4, false, false };
	struct picture p;
	struct arena a;
	struct writer w;

	(void)state;
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", bytes, 16);
	shows(&w, &q, "90 100\n130 140");
	q.left = 3;		/* cut at the edge, and the window still that of the whole frame */
	s.center = s.width = NULL;
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", bytes, 16);
	shows(&w, &q, "110\n255");
	q.left = q.top = UINT32_MAX;
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", bytes, 16);
	shows(&w, &q, "255");
	q = (struct picture_request){ .cols = 9, .rows = 9, .left = 2, .columns = 1, .lines = 1, .center = 20, .width = 11 };
	image(&w, &s);
	put(&w, 0x7fe00010, "OW", bytes, 16);
	shows(&w, &q, "140");	/* PS3.3 C.11.2.1.2.1: (20 - 19.5) / 10 + 0.5 of 255 */
	arena_init(&a);
	q = (struct picture_request){ .cols = 4, .rows = 4 };
	image(&w, &s);
	puts_(&w, 0x00280034, "IS", "2\\1");	/* twice as high as wide */
	put(&w, 0x7fe00010, "OW", bytes, 16);
	assert_ok(ask(&p, &a, &w, &q));
	assert_int_equal(p.cols, 2);
	assert_int_equal(p.rows, 4);
	image(&w, &s);
	puts_(&w, 0x00280030, "DS", "0.5\\2");	/* spacing between rows, between columns */
	put(&w, 0x7fe00010, "OW", bytes, 16);
	assert_ok(ask(&p, &a, &w, &q));
	assert_int_equal(p.cols, 4);
	assert_int_equal(p.rows, 1);
	arena_done(&a);
}

static unsigned char *make_jpeg(unsigned long *len_out, unsigned int side)
{
	unsigned char *out = NULL, row[256];
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	JSAMPROW rows = row;
	unsigned int x, y;

	*len_out = 0;
	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out, len_out);
	c.image_width = c.image_height = side;
	c.input_components = 1;
	c.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, 95, TRUE);
	jpeg_start_compress(&c, TRUE);
	for (y = 0; y < side; y++) {
		for (x = 0; x < side; x++)
			row[x] = x < side / 2 ? 16 : 240;
		jpeg_write_scanlines(&c, &rows, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	return out;
}

static void test_jpeg(void **state)
{
	const struct picture_request two = { .cols = 2, .rows = 2 };
	struct shape s = { JPEG, "MONOCHROME2", NULL, "128", "256", 1, 8, 8, 64, 64, false, false };
	unsigned long len;
	unsigned char *jpeg = make_jpeg(&len, 64);
	const void *parts[] = { jpeg, jpeg + 100 };
	size_t sizes[] = { 100, len - 100 };	/* one frame in two fragments */
	struct picture p;
	struct arena a;
	struct writer w;

	(void)state;
	arena_init(&a);
	image(&w, &s);
	fragments(&w, parts, sizes, 2);
	assert_ok(ask(&p, &a, &w, &two));
	assert_int_equal(p.cols, 2);
	assert_int_equal(p.columns, 64);
	assert_in_range(p.rgb[0], 12, 20);
	assert_in_range(p.rgb[3], 236, 244);
	sizes[1] = 50;				/* the end is missing: what came is shown, or it is refused */
	image(&w, &s);
	fragments(&w, parts, sizes, 2);
	ask(&p, &a, &w, &two);
	s.cols = 32;				/* another size than the attributes say */
	sizes[1] = len - 100;
	image(&w, &s);
	fragments(&w, parts, sizes, 2);
	assert_int_equal(ask(&p, &a, &w, &two), STATUS_INVALID);
	arena_done(&a);
	free(jpeg);
}

static void test_refused(void **state)
{
	static const struct { struct shape s; const char *why; } cases[] = {
		{ { "1.2.840.10008.1.2.4.90", "MONOCHROME2", NULL, NULL, NULL, 1, 8, 8, 2, 2, false, false },
			"images in JPEG 2000 (Lossless Only) are not shown" },
		{ { EXPLICIT, "HSV", NULL, NULL, NULL, 3, 8, 8, 2, 2, false, false }, "images of 3 samples in HSV are not shown" },
		{ { EXPLICIT, "MONOCHROME2", NULL, NULL, NULL, 1, 32, 32, 2, 2, false, false },
			"images of 1 samples of 32 bits are not shown" },
		{ { EXPLICIT, "MONOCHROME2", NULL, NULL, NULL, 1, 8, 8, 2, 0, false, false }, "the image has no size: 0 × 2" },
		{ { EXPLICIT, "MONOCHROME2", NULL, NULL, NULL, 1, 16, 8, 60000, 60000, false, false },
			"a frame of 60000 × 60000 is more than is shown" },
		{ { EXPLICIT, "MONOCHROME2", NULL, NULL, NULL, 1, 8, 12, 2, 2, false, false },
			"the image says 12 bits of 8, the highest 11: impossible" },
		{ { EXPLICIT, "PALETTE COLOR", NULL, NULL, NULL, 1, 8, 8, 2, 2, false, false },
			"the image has no palette to go with its values" },
		{ { EXPLICIT, "MONOCHROME2", "2000000000", NULL, NULL, 1, 8, 8, 2, 2, false, false },
			"frame 8 is not whole: 0 bytes of it are in the file" },
	};
	const struct picture_request q = { .frame = 7, .cols = 10, .rows = 10 };
	struct picture p;
	struct arena a;
	struct writer w;
	size_t i;

	(void)state;
	arena_init(&a);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		image(&w, &cases[i].s);
		put(&w, 0x7fe00010, "OW", "abcd", 4);
		assert_true(ask(&p, &a, &w, &q) != STATUS_OK);
		assert_string_equal(status_message(), cases[i].why);
	}
	arena_done(&a);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#ifdef HAVE_SANITIZER
#define FACTOR 20
#else
#define FACTOR 1
#endif

/* 500 MB of frames in a file with holes: opened at once, any frame within 100 ms. */
static void test_large(void **state)
{
	struct shape s = { EXPLICIT, "MONOCHROME2", "1000", NULL, NULL, 1, 16, 12, 512, 512, false, false };
	const struct picture_request q = { .frame = 900, .cols = 160, .rows = 100 };
	char path[] = "/tmp/verdict-picture.XXXXXX";
	struct document *d;
	struct picture p;
	struct source src;
	struct arena a;
	struct writer w;
	double start, opened, drawn;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	image(&w, &s);
	head(&w, 0x7fe00010, "OW", 1000u * 512 * 512 * 2);
	assert_int_equal(write(fd, w.b.ptr, w.b.len), (ssize_t)w.b.len);
	assert_int_equal(ftruncate(fd, (off_t)w.b.len + 1000ll * 512 * 512 * 2), 0);
	assert_int_equal(pwrite(fd, "\xff\x0f", 2, (off_t)w.b.len + 900ll * 512 * 512 * 2), 2);
	buf_done(&w.b);
	start = now();
	assert_ok(source_map(&src, fd));
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	opened = now();
	arena_init(&a);
	assert_ok(document_picture(&p, &a, d, &q));
	drawn = now();
	assert_int_equal(p.frames, 1000);
	assert_true(p.high > 4094);
	printf("# opened in %.1f ms, frame 901 in %.1f ms\n", (opened - start) * 1e3, (drawn - opened) * 1e3);
	assert_true(opened - start < 0.1 * FACTOR);
	assert_true(drawn - opened < 0.1 * FACTOR);
	arena_done(&a);
	document_free(d);
	close(fd);
}

static void on_picture(enum status code, const struct picture *p, void *data)
{
	assert_ok(code);
	assert_int_equal(p->cols, 2);
	assert_in_range(p->rgb[3], 236, 244);
	*(bool *)data = true;
}

/* From the reader process: its sandbox lets the libraries unpack an image and read a name in Japanese. */
static void test_reader(void **state)
{
	const struct picture_request two = { .cols = 2, .rows = 2 };
	struct shape s = { JPEG, "MONOCHROME2", NULL, "128", "256", 1, 8, 8, 64, 64, false, false };
	char path[] = "/tmp/verdict-picture.XXXXXX";
	unsigned long len;
	unsigned char *jpeg = make_jpeg(&len, 64);
	const void *const parts[] = { jpeg };
	const size_t sizes[] = { len };
	struct reader_info info;
	struct reader *r;
	struct arena a;
	struct writer w;
	struct buf exe;
	bool came = false;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	image(&w, &s);
	puts_(&w, 0x00080005, "CS", "\\ISO 2022 IR 87");
	puts_(&w, 0x00100010, "PN", "\33$B;3ED\33(B");
	fragments(&w, parts, sizes, 1);
	assert_int_equal(write(fd, w.b.ptr, w.b.len), (ssize_t)w.b.len);
	buf_init(&exe, 4096);
	assert_ok(reader_find_exe(&exe));
	r = reader_new(NULL, buf_str(&exe));
	reader_set_timeout(r, 10000);
	arena_init(&a);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	assert_int_equal(info.frames, 1);
	assert_non_null(strstr(info.summary, "山田"));
	reader_picture(r, &two, on_picture, &came);
	reader_pump(r);
	assert_true(came);
	reader_free(r);
	arena_done(&a);
	buf_done(&exe);
	buf_done(&w.b);
	free(jpeg);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grey),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_rle),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_jpeg),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_reader),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
}
