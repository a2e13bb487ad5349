package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"chaping"
)

func drawn(width, height int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, width, height), []color.Color{color.White, color.Black, color.Transparent})
	for x := range width {
		m.SetColorIndex(x, height/2, 1)
	}
	return m
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJPEG(t *testing.T) {
	wide := drawn(640, 320)
	for name, body := range map[string][]byte{
		"png":  encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, wide) }),
		"jpeg": encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, wide, nil) }),
		"gif":  encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, wide, nil) }),
	} {
		// What hides behind the picture does not come through.
		out, err := JPEG(append(bytes.Clone(body), "<script>alert(1)</script>"...), 240)
		if err != nil {
			t.Fatal(name, err)
		}
		config, kind, err := image.DecodeConfig(bytes.NewReader(out))
		if err != nil || kind != "jpeg" || config.Width != 240 || config.Height != 120 || bytes.Contains(out, []byte("script")) {
			t.Errorf("%s: %s of %d×%d, %v", name, kind, config.Width, config.Height, err)
		}
	}
}

// bomb is a PNG that says that it is huge.
func bomb(t testing.TB, width, height uint32) []byte {
	t.Helper()
	body := encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, drawn(8, 8)) })
	const head = 16 // signature, length and name of the first chunk
	binary.BigEndian.PutUint32(body[head:], width)
	binary.BigEndian.PutUint32(body[head+4:], height)
	binary.BigEndian.PutUint32(body[head+13:], crc32.ChecksumIEEE(body[12:head+13]))
	return body
}

func TestNoPictures(t *testing.T) {
	for name, body := range map[string][]byte{
		"nothing":       {},
		"a page":        []byte("<html><script>alert(1)</script>"),
		"an SVG":        []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"a bomb":        bomb(t, 1<<30, 1<<30),
		"a wide bomb":   bomb(t, 15_000, 15_000),
		"a long line":   bomb(t, 1<<20, 1),
		"cut off":       encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, drawn(64, 64)) })[:60],
		"a false width": bomb(t, 4000, 4000),
	} {
		var input *chaping.InputError
		if out, err := JPEG(body, 240); !errors.As(err, &input) {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

func FuzzJPEG(f *testing.F) {
	f.Add(encoded(f, func(b *bytes.Buffer) error { return png.Encode(b, drawn(20, 10)) }))
	f.Add(encoded(f, func(b *bytes.Buffer) error { return gif.Encode(b, drawn(20, 10), nil) }))
	f.Add(encoded(f, func(b *bytes.Buffer) error { return jpeg.Encode(b, drawn(20, 10), nil) }))
	f.Fuzz(func(t *testing.T, body []byte) {
		out, err := JPEG(body, 100)
		var input *chaping.InputError
		switch {
		case errors.As(err, &input):
		case err != nil:
			t.Error(err)
		default:
			if c, kind, err := image.DecodeConfig(bytes.NewReader(out)); err != nil || kind != "jpeg" || max(c.Width, c.Height) > 100 {
				t.Errorf("%s %+v %v", kind, c, err)
			}
		}
	})
}
