package main

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notifySystemd passes a state on, to nobody where systemd does not run us; one
// that cannot be passed on changes nothing here.
func (p *program) notifySystemd(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		p.log.Warn("systemd", "err", err)
	}
}

// keepWatchdog keeps systemd's watchdog quiet for as long as the station's
// decisions can be read, without which no page can be shown. A full disk or a
// server that is gone is no reason to be started again: /readyz tells of those.
func (p *program) keepWatchdog(ctx context.Context) {
	patience, err := daemon.SdWatchdogEnabled(false)
	if err != nil || patience == 0 {
		return
	}
	every := time.NewTicker(patience / 3)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := p.readDecisions(ctx, patience/3); err != nil && ctx.Err() == nil {
			p.log.Error("监测站数据库没有应答", "原因", err)
			continue
		}
		p.notifySystemd(daemon.SdNotifyWatchdog)
	}
}

func (p *program) readDecisions(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	d, err := p.app.Station(ctx)
	if err == nil {
		_, _, err = d.Home(ctx)
	}
	return err
}
