package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"strings"
)

// smtpDialer lets tests trust their own certificate.
type smtpDialer struct{ config *tls.Config }

// mail sends an e-mail. Its Message-ID is made of the key, so that a copy can
// be told for what it is.
func (s *Sender) mail(ctx context.Context, c *Channel, m Message) (err error) {
	host, _, err := net.SplitHostPort(c.Server)
	if err != nil {
		return err
	}
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if s.smtp.config != nil {
		config = s.smtp.config.Clone()
		config.ServerName = host
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.Server)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })() // ends what hangs
	if c.TLS == "implicit" {
		conn = tls.Client(conn, config)
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer client.Close()
	if c.TLS == "" || c.TLS == "starttls" {
		if ok, _ := client.Extension("STARTTLS"); !ok {
			return errors.New("邮件服务器不支持 STARTTLS；若端口是 465，把 tls 写成 implicit")
		}
		if err := client.StartTLS(config); err != nil {
			return err
		}
	}
	if c.User != "" {
		if err := client.Auth(smtp.PlainAuth("", c.User, c.Password, host)); err != nil {
			return fmt.Errorf("登录被拒：%w", err)
		}
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return fmt.Errorf("from 不是邮件地址：%w", err)
	}
	if err := client.Mail(from.Address); err != nil {
		return err
	}
	for _, to := range c.To {
		address, err := mail.ParseAddress(to)
		if err != nil {
			return fmt.Errorf("to 不是邮件地址：%w", err)
		}
		if err := client.Rcpt(address.Address); err != nil {
			return err
		}
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(s.letter(c, m, host)); err != nil {
		return err
	}
	if err := w.Close(); err != nil { // the server has it now
		return err
	}
	_ = client.Quit() // a server that hangs up early has the letter all the same
	return nil
}

func (s *Sender) letter(c *Channel, m Message, host string) []byte {
	sum := sha256.Sum256([]byte(m.Key))
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", c.From}, {"To", strings.Join(c.To, ", ")}, {"Subject", mime.BEncoding.Encode("utf-8", strings.Join(strings.Fields(m.Subject), " "))},
		{"Date", s.now().Format("Mon, 02 Jan 2006 15:04:05 -0700")}, {"Message-ID", "<" + hex.EncodeToString(sum[:12]) + "@" + host + ">"},
		{"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "base64"}, {"Auto-Submitted", "auto-generated"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	body := base64.StdEncoding.EncodeToString([]byte(m.Body + "\n"))
	for len(body) > 76 {
		b.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	b.WriteString(body + "\r\n")
	return b.Bytes()
}
