// Package picture makes of pictures that strangers have sent ones that can be
// shown: what is drawn is drawn anew, and nothing else that stood in the file, be
// it a script, a place or another file, goes with it.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // formats that are read
	"image/jpeg"
	_ "image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"chaping"
)

// Bounds of what is read: a picture of a few bytes can unpack to gigabytes.
const (
	maxSide   = 16_000
	maxPixels = 40_000_000
)

// Sizes in pixels of the longer side.
const (
	Thumb = 240
	Full  = 1600
)

const quality = 82 // of JPEG

// JPEG draws the picture anew, its longer side no longer than that. What is no
// picture, or too large a one, is a *chaping.InputError.
func JPEG(body []byte, longest int) ([]byte, error) {
	fault := func(problem string) error { return &chaping.InputError{Field: "图片", Problem: problem} }
	config, kind, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, fault("不是 JPEG、PNG、GIF 或 WebP 图片")
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxSide || config.Height > maxSide ||
		config.Width*config.Height > maxPixels {
		return nil, fault(fmt.Sprintf("图片有 %d×%d 像素，太大", config.Width, config.Height))
	}
	source, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, fault("图片（" + kind + "）残缺或损坏")
	}
	b := source.Bounds()
	width, height := b.Dx(), b.Dy()
	if side := max(width, height); side > longest {
		width, height = max(1, width*longest/side), max(1, height*longest/side)
	}
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src) // behind what is transparent
	draw.ApproxBiLinear.Scale(to, to.Bounds(), source, b, draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, to, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
