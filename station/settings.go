package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
)

// Settings are what the administrator decides for the installation.
type Settings struct {
	Contact string `json:"contact"` // who is asked about the installation
	Phone   string `json:"phone"`
	// SitesOff are the site profiles that may not be collected.
	SitesOff []string `json:"sites_off"`
	// PageDays and PinnedDays are how long the pages that were collected are
	// kept, and those behind severe mentions; 0: as the program has it.
	PageDays   int   `json:"page_days"`
	PinnedDays int   `json:"pinned_days"`
	Version    int64 `json:"version"`
}

// settingSettings is the setting that holds them, as JSON.
const settingSettings = "settings"

// Settings are the settings in use.
func (d *DB) Settings(ctx context.Context) (s Settings, err error) {
	text, err := d.Setting(ctx, settingSettings)
	if err != nil || text == "" {
		return s, err
	}
	return s, json.Unmarshal([]byte(text), &s)
}

// PutSettings stores the change of the version that was read, or is a
// *Conflict.
func (d *DB) PutSettings(ctx context.Context, s Settings) (Settings, error) {
	s.Contact, s.Phone = strings.TrimSpace(s.Contact), strings.TrimSpace(s.Phone)
	for _, text := range []string{s.Contact, s.Phone} {
		if err := bounded("联系人或电话", text, maxTitle); err != nil {
			return s, err
		}
	}
	for _, days := range []int{s.PageDays, s.PinnedDays} {
		if days < 0 || days > 36500 {
			return s, invalid("保存天数", "应为 1–36500", "写天数，或不写用默认值")
		}
	}
	slices.Sort(s.SitesOff)
	err := d.transact(ctx, func(tx *sql.Tx) error {
		var text string
		var theirs Settings
		err := tx.QueryRowContext(
			ctx,
			"SELECT coalesce((SELECT value FROM setting WHERE name = ?), '{}')",
			settingSettings,
		).Scan(
			&text,
		)
		if err == nil {
			err = json.Unmarshal([]byte(text), &theirs)
		}
		if err != nil {
			return err
		}
		if theirs.Version != s.Version {
			return &Conflict{Theirs: theirs}
		}
		s.Version++
		value, err := json.Marshal(s)
		if err != nil {
			return err
		}
		return set(ctx, tx, settingSettings, string(value))
	})
	return s, err
}
