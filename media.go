package chaping

import "strings"

// MaxMedia is how many pictures and videos of a review are kept.
const MaxMedia = 20

// videoMark stands before the address of a video in Review.Media.
const videoMark = "video "

// A Medium is a picture or a video that a review carries.
type Medium struct {
	URL   string `json:"url"`
	Video bool   `json:"video"`
}

// JoinMedia writes pictures and videos as Review.Media has them.
func JoinMedia(list []Medium) string {
	lines := make([]string, 0, len(list))
	for _, m := range list {
		if m.Video {
			lines = append(lines, videoMark+m.URL)
		} else {
			lines = append(lines, m.URL)
		}
	}
	return strings.Join(lines, "\n")
}

// SplitMedia reads what JoinMedia wrote.
func SplitMedia(text string) (list []Medium) {
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			continue
		}
		address, video := strings.CutPrefix(line, videoMark)
		list = append(list, Medium{URL: address, Video: video})
	}
	return list
}
