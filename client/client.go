// Package client asks a portal of chaping for what its pages show and do, as
// programs may: with a token that an administrator has made.
//
//	c := client.New("https://portal.example.com", token)
//	page, err := c.GetProducts(ctx, client.GetProductsInput{Period: "2026-11", Sort: "-negative", Size: 100})
//
// What can be asked and what comes is in types.go, made from the portal's
// OpenAPI document: a method for every operation, a struct for what it takes and
// one for what it gives. The portal's own names are kept, so that the document,
// the pages and this package can be read beside each other.
//
// The package imports nothing but the standard library.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Client asks one portal. It is safe for concurrent use.
type Client struct {
	address string
	token   string
	// HTTP sends the requests: http.DefaultClient, unless it is set before the
	// first one.
	HTTP *http.Client
}

// New is a client of the portal at an address such as
// https://portal.example.com, with one of its tokens.
func New(address, token string) *Client {
	return &Client{address: strings.TrimRight(address, "/") + "/api/v1", token: token, HTTP: http.DefaultClient}
}

// A File is sent to the portal.
type File struct {
	Name    string // whose ending says of what kind it is
	Content io.Reader
}

// A Download is a file from the portal. Its reader closes it.
type Download struct {
	io.ReadCloser
	Name string // as the portal calls it; may be empty
	Type string // media type
}

// Error says what was wrong and what to do about it, in Chinese.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Title + "。" + p.Detail
}

// IsStatus tells whether an error is a problem of the portal with this status,
// such as 404 or 409.
func IsStatus(err error, status int) bool {
	var p *Problem
	return errors.As(err, &p) && p.Status == int64(status)
}

// call sends a request and reads what comes as JSON.
func call[T any](ctx context.Context, c *Client, method, path string, in any, files map[string]*File) (out T, err error) {
	r, err := c.send(ctx, method, path, in, files)
	if err != nil {
		return out, err
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return out, nil
}

// download sends a request and gives what comes as it is.
func download(ctx context.Context, c *Client, path string, in any) (*Download, error) {
	r, err := c.send(ctx, http.MethodGet, path, in, nil) //nolint:bodyclose // whoever reads it closes it
	if err != nil {
		return nil, err
	}
	d := &Download{ReadCloser: r.Body, Type: r.Header.Get("Content-Type")}
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil {
		d.Name = params["filename"]
	}
	return d, nil
}

// send sends a request until the answer is there: what the portal is still
// reading is asked for again when it says.
func (c *Client) send(ctx context.Context, method, path string, in any, files map[string]*File) (*http.Response, error) {
	values, err := members(in)
	if err != nil {
		return nil, err
	}
	address, kind := c.address+path, ""
	var body []byte
	switch {
	case method == http.MethodGet:
		if q := query(values).Encode(); q != "" {
			address += "?" + q
		}
	case files != nil:
		body, kind, err = form(values, files)
	default:
		kind = "application/json"
		body, err = json.Marshal(values)
	}
	if err != nil {
		return nil, err
	}
	for {
		r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", "Bearer "+c.token)
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		answer, err := c.HTTP.Do(r)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode == http.StatusOK {
			return answer, nil
		}
		again := answer.StatusCode == http.StatusAccepted && method == http.MethodGet
		if !again {
			return nil, problemOf(answer)
		}
		after, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		answer.Body.Close()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(max(1, after)) * time.Second):
		}
	}
}

// Wait waits for the job that an answer has begun, asking for it every second,
// and tells what has become of it. A job that failed is an error.
func (c *Client) Wait(ctx context.Context, begun Moved) (JobView, error) {
	id, ok := strings.CutPrefix(begun.Location, "/api/v1/jobs/")
	if !ok {
		return JobView{}, fmt.Errorf("%s is no job", begun.Location)
	}
	for {
		j, err := c.GetJobsId(ctx, id)
		switch {
		case err != nil:
			return j, err
		case j.State.Status == "failed" || j.State.Status == "cancelled":
			return j, fmt.Errorf("%s: %s. %s", j.Job.Title, j.State.Status, j.State.Problem)
		case j.State.Status != "running":
			return j, nil
		}
		select {
		case <-ctx.Done():
			return j, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// maxProblem bounds what is read of an answer that is none.
const maxProblem = 1 << 20

func problemOf(answer *http.Response) error {
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxProblem))
	if err != nil {
		return err
	}
	p := &Problem{}
	if json.Unmarshal(data, p) != nil || p.Title == "" { // something that stands before the portal
		p.Title = answer.Status
	}
	p.Status = int64(answer.StatusCode)
	return p
}

// members are what an input says; what it leaves out is not there.
func members(in any) (map[string]any, error) {
	values := map[string]any{}
	if in == nil {
		return values, nil
	}
	data, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return values, d.Decode(&values)
}

// query writes an input as an address has it: lists as several values, maps as
// name[key].
func query(values map[string]any) url.Values {
	q := url.Values{}
	for name, value := range values {
		switch v := value.(type) {
		case []any:
			for _, e := range v {
				q.Add(name, fmt.Sprint(e))
			}
		case map[string]any:
			for key, e := range v {
				q.Set(name+"["+key+"]", fmt.Sprint(e))
			}
		default:
			q.Set(name, fmt.Sprint(v))
		}
	}
	return q
}

// form writes an input with files.
func form(values map[string]any, files map[string]*File) (body []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range query(values) {
		for _, v := range value {
			if err := w.WriteField(name, v); err != nil {
				return nil, "", err
			}
		}
	}
	for name, f := range files {
		if f == nil {
			continue
		}
		part, err := w.CreateFormFile(name, f.Name)
		if err == nil {
			_, err = io.Copy(part, f.Content)
		}
		if err != nil {
			return nil, "", err
		}
	}
	err = w.Close() // writes the end
	return b.Bytes(), w.FormDataContentType(), err
}
