package importer

import (
	"regexp"
	"strings"

	"chaping/ingest"
)

// Names of columns with pictures and videos of the buyer's, and of those that
// have others: the shop's, the buyer's face.
var (
	pictureNames = regexp.MustCompile(`(?i)图|晒单|pic|img|image|photo`)
	videoNames   = regexp.MustCompile(`(?i)视频|video`)
	otherNames   = regexp.MustCompile(`(?i)头像|商品|主图|店|回复|品牌|二维码|avatar|head|user|member|product|goods|item|sku|spu|shop|seller|logo|reply|icon|cover|count|num`)
)

// media finds the columns with addresses of pictures and videos: by their names,
// and only where nothing but addresses stands in them.
func (m *mapper) media() {
	for field, names := range map[string]*regexp.Regexp{fieldPictures: pictureNames, fieldVideos: videoNames} {
		best, most := -1, 0
		for i, s := range m.samples {
			if m.field[i] != "" || m.has(field) || strings.HasPrefix(s.name, "^") ||
				!names.MatchString(s.name) || otherNames.MatchString(s.name) {
				continue
			}
			with := 0
			for _, value := range s.values {
				if len(ingest.Media(value, "", nil)) > 0 {
					with++
				}
			}
			ours := len(s.values) == 0 && s.name == TitleOf(field) // nobody has filled in our own column
			if with > most && 10*with >= 8*len(s.values) || ours && best < 0 {
				best, most = i, with
			}
		}
		if best >= 0 {
			m.set(best, field, ByName)
		}
	}
}

// path is the name of a column as a profile has it: of lists of pictures and of
// further comments, whose first was looked at, all.
func (m *mapper) path(field, name string) string {
	if field == fieldPictures || field == fieldVideos || field == fieldAppended {
		return strings.ReplaceAll(name, ".0.", ".#.")
	}
	return name
}
