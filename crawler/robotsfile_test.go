package crawler

import (
	"net/url"
	"testing"
	"time"
)

func TestRobotsRules(t *testing.T) {
	for _, c := range []struct {
		text, path string
		want       bool
	}{
		// The longest match, and Allow before Disallow.
		{"User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
		{"User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/b/c", true},
		{"User-agent: *\nDisallow: /a/b\nAllow: /a", "/a/b/c", false},
		{"User-agent: *\nDisallow: /\nAllow: /$", "/", true},
		{"User-agent: *\nDisallow: /\nAllow: /$", "/a", false},
		// Wildcards.
		{"User-agent: *\nDisallow: /*.php$", "/x.php", false},
		{"User-agent: *\nDisallow: /*.php$", "/x.php.php", false},
		{"User-agent: *\nDisallow: /*.php$", "/x.php?a", true},
		{"User-agent: *\nDisallow: /a*z", "/abcz1", false},
		{"User-agent: *\nDisallow: /a*b*c$", "/abc", false},
		{"User-agent: *\nDisallow: /a*bc*c$", "/abc", true},
		{"User-agent: *\nDisallow: /**a", "/xa", false},
		{"User-agent: *\nDisallow: *", "/x", false},
		{"User-agent: *\nDisallow: /a?b=*&c", "/a?b=1&c", false},
		// Groups.
		{"User-agent: chaping\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n", "/b", true},
		{"User-agent: ChaPing\nDisallow: /a\n", "/a", false},
		{"User-agent: chaping\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: chaping\nDisallow: /b\n", "/b", false},
		{"User-agent: chaping\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: chaping\nDisallow: /b\n", "/a", false},
		{"User-agent: chaping\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n", "/c", true},
		{"User-agent: x\nUser-agent: chaping\nDisallow: /a\n", "/a", false},
		{"User-agent: chaping\nUser-agent: *\nDisallow: /a\n", "/a", false},
		{"User-agent: chap\nDisallow: /a\n", "/a", true},
		{"User-agent: chaping-news\nDisallow: /a\n", "/a", true},
		{"User-agent: chaping/1.0\nDisallow: /a\n", "/a", false},
		{"User-agent: chaping\n\nUser-agent: *\nDisallow: /\n", "/a", false}, // one group: no rule stands between
		{"User-agent: chaping\nDisallow:\n\nUser-agent: *\nDisallow: /\n", "/a", true},
		// Lines.
		{"\ufeffUser-agent: *\nDisallow: /a\n", "/a", false},
		{"User-agent: *\r\nDisallow: /a\r\n", "/a", false},
		{"User-agent: *\rDisallow: /a\r", "/a", false},
		{"user-AGENT : * # all\nDISALLOW:/a # this\n", "/a", false},
		{"User-agent: *\nDisallow:\n", "/a", true},
		{"User-agent: *\n\nSitemap: http://x/\nDisallow: /a\n", "/a", false},
		{"Disallow: /a\n", "/a", true},
		{"<html>not robots</html>", "/a", true},
		{"User-agent: *\nfoo bar\nDisallow /b\nDisallow: /a\n", "/a", false},
		// Encodings.
		{"User-agent: *\nDisallow: /搜索\n", "/搜索?q=1", false},
		{"User-agent: *\nDisallow: /%e6%90%9c\n", "/%E6%90%9C%E7%B4%A2", false},
		{"User-agent: *\nDisallow: /~a\n", "/%7Ea", false},
		{"User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true},
	} {
		u, err := url.Parse("http://h" + c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := parseRobots(c.text, "chaping").allows(u); got != c.want {
			t.Errorf("%q: %s is %v", c.text, c.path, got)
		}
	}
	for text, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 2.5": 2500 * time.Millisecond, "User-agent: *\nCrawl-delay: -1": 0, "User-agent: *\nCrawl-delay: 1e30": 0,
		"User-agent: chaping\nDisallow:\nUser-agent: *\nCrawl-delay: 9": 0, "User-agent: *\nCrawl-delay: NaN": 0,
	} {
		if got := parseRobots(text, "chaping").delay; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzRobotsRules(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: %zz", "/a%2")
	f.Fuzz(func(t *testing.T, text, path string) {
		u, err := url.Parse("http://h/" + path)
		if err != nil {
			return
		}
		parseRobots(text, "chaping").allows(u)
		if once := encodePath(path); encodePath(once) != once {
			t.Errorf("%q becomes %q and then %q", path, once, encodePath(once))
		}
	})
}
