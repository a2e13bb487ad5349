package mall

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"net/http"
	"strings"

	"chaping"
)

// Buyers whose goods have a problem take pictures of it, one in three.
func (r *review) photographed() []string {
	if r.Rating > 2 || hashOf(r.ID)%3 != 0 {
		return nil
	}
	for _, p := range r.planted {
		if p.Assertion == chaping.Affirmed {
			return []string{"/media/" + r.ID + "-1.jpg", "/media/" + r.ID + "-2.jpg"}[:1+hashOf(r.ID)/3%2]
		}
	}
	return nil
}

func hashOf(s string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum32()
}

// servePicture draws the picture of that name: a thing on a table with a burnt
// place, never the same.
func (m *Mall) servePicture(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("picture"), ".jpg")
	if !ok || name == "" {
		http.NotFound(w, r)
		return
	}
	const width, height = 640, 480
	seed := hashOf(name)
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.RGBA{214, 205, 190, 255}), image.Point{}, draw.Src)
	body := color.RGBA{uint8(90 + seed%120), uint8(90 + seed/7%120), uint8(110 + seed/49%120), 255}
	draw.Draw(picture, image.Rect(140, 110, 500, 400), image.NewUniform(body), image.Point{}, draw.Src)
	burnt := image.Pt(180+int(seed%280), 150+int(seed/11%200))
	radius := 20 + float64(seed/13%50)
	for y := range height {
		for x := range width {
			if d := math.Hypot(float64(x-burnt.X), float64(y-burnt.Y)); d < radius {
				picture.Set(x, y, color.Gray{uint8(25 + 60*d/radius)})
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(b.Bytes())
}
