package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chaping/client"
	"chaping/station"
)

// documented runs the requests that docs/developers.md shows.
func documented(t *testing.T, portal, token string) {
	t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Log("curl is not installed")
		return
	}
	text, err := os.ReadFile(filepath.Join("..", "docs", "developers.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^curl (.*)$`).FindAllStringSubmatch(string(text), -1)
	for _, m := range shown {
		line := strings.ReplaceAll(m[1], "https://portal", portal)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", curl+" --silent --show-error --fail-with-body --globoff "+line)
		cmd.Env = append(os.Environ(), "TOKEN="+token)
		cmd.Dir = t.TempDir()
		if err := os.WriteFile(filepath.Join(cmd.Dir, "reviews.csv"), []byte("商品编号,评论编号,评论时间,评分,评论内容\nA1,9,2026-11-09,1,漏水\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("curl %s: %v\n%s", m[1], err, out)
		}
	}
	if len(shown) < 4 {
		t.Errorf("the guide shows %d requests", len(shown))
	}
}

// A program does a month's work by the client package.
func TestClient(t *testing.T) {
	h := open(t)
	portal := httptest.NewServer(h.Server)
	t.Cleanup(portal.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := client.New(portal.URL+"/", h.token(t, "platform", station.PermitRead, station.PermitWrite))

	reviews, err := os.Open(filepath.Join("..", "packaging", "test", "reviews.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer reviews.Close()
	begun, err := c.PostImport(ctx, client.PostImportInput{File: &client.File{Name: "评论.csv", Content: reviews}, Keyword: "电热水壶"})
	if err != nil {
		t.Fatal(err)
	}
	done, err := c.Wait(ctx, begun)
	if err != nil || done.State.Result == nil || done.State.Result.Import == nil {
		t.Fatalf("%+v, %v", done, err)
	}
	h.wait(t) // imports are mined by themselves
	if begun, err = c.PostMine(ctx, client.PostMineInput{Period: "2026-11"}); err != nil {
		t.Fatal(err)
	}
	if done, err = c.Wait(ctx, begun); err != nil || done.State.Status != "done" {
		t.Fatalf("%+v, %v", done, err)
	}

	products, err := c.GetProducts(ctx, client.GetProductsInput{Period: "2026-11", Sort: "-negative", Size: 20, Filter: map[string]string{"product": "水壶"}})
	if err != nil || len(products.Products) == 0 || products.Products[0].Product.Name != "电热水壶" {
		t.Errorf("products: %+v, %v", products, err)
	}
	nothing, err := c.GetProducts(ctx, client.GetProductsInput{Period: "2026-11", Filter: map[string]string{"product": "洗衣机"}})
	if err != nil || len(nothing.Products) != 0 {
		t.Errorf("what is filtered out: %+v, %v", nothing.Products, err)
	}

	sheet, err := c.GetSheets(ctx, client.GetSheetsInput{Period: "2026-11"})
	if err != nil {
		t.Fatal(err)
	}
	freeze := client.PostSheetsFreezeInput{Period: "2026-11", Hash: "0"}
	if _, err := c.PostSheetsFreeze(ctx, freeze); !client.IsStatus(err, http.StatusConflict) {
		t.Errorf("a sheet that nobody has seen: %v", err)
	}
	freeze.Hash = sheet.Hash
	if _, err := c.PostSheetsFreeze(ctx, freeze); err != nil {
		t.Fatal(err)
	}
	file, err := c.GetSheetsDownload(ctx, client.GetSheetsDownloadInput{Period: "2026-11", Version: 1, Format: "json"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	file.Close()
	if err != nil || !strings.Contains(string(text), "漏电") || file.Name == "" {
		t.Errorf("%q %s, %v", file.Name, text, err)
	}

	// What the guide for developers shows with curl is answered, too.
	documented(t, portal.URL, h.token(t, "platform", station.PermitRead, station.PermitWrite))
	h.wait(t)

	// What goes wrong says what and what to do.
	var problem *client.Problem
	_, err = c.PostMine(ctx, client.PostMineInput{Period: "last month"})
	if !errors.As(err, &problem) || problem.Status != http.StatusUnprocessableEntity || problem.Detail == "" {
		t.Errorf("a wrong period: %v", err)
	}
	if _, err := c.GetJobsId(ctx, "99/../1"); !client.IsStatus(err, http.StatusNotFound) {
		t.Errorf("a path in place of a number: %v", err)
	}
	if _, err := c.GetAccounts(ctx); !client.IsStatus(err, http.StatusForbidden) {
		t.Errorf("beyond the token: %v", err)
	}
	if _, err := client.New(portal.URL, "none").GetHome(ctx, client.GetHomeInput{}); !client.IsStatus(err, http.StatusUnauthorized) {
		t.Errorf("no token: %v", err)
	}
	if _, err := client.New(portal.URL+"/nowhere", "none").GetAccounts(ctx); !client.IsStatus(err, http.StatusNotFound) {
		t.Errorf("no portal: %v", err)
	}
	gone, leave := context.WithCancel(ctx)
	leave()
	if _, err := c.GetSheets(gone, client.GetSheetsInput{}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
}
