package app

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"chaping"
	"chaping/station"
)

// leastFree is the space below which a month's reviews may not fit any more.
const leastFree = 500 << 20

// Ready tells why work cannot be done now, nil when it can: both databases
// answer, migrated, there is space, and the clock does not contradict what was
// recorded before.
func (a *App) Ready(ctx context.Context) error {
	d, err := a.Station(ctx)
	if err != nil {
		return err
	}
	entries, err := d.Audit(ctx, station.AuditFilter{Limit: 1})
	if err != nil {
		return err
	}
	if now := a.Now(); len(entries) > 0 && entries[0].At.After(now.Add(day)) {
		return &chaping.Error{
			Code: chaping.CodeEnvironment,
			Message: fmt.Sprintf(
				"时钟不对：现在是 %s，操作记录里已有 %s 的事",
				now.In(chaping.Shanghai()).Format(time.DateTime),
				entries[0].At.Format(time.DateTime),
			),
			Remedy: "校准本机时钟（NTP）",
		}
	}
	s, err := a.Store(ctx)
	if err == nil {
		err = s.Ping(ctx)
	}
	if err != nil {
		return err
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(a.Dir, &disk); err != nil {
		return err
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < leastFree {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("磁盘快满了：数据目录只剩 %d MB", free>>20),
			Remedy:  "清理磁盘，或把数据目录移到更大的磁盘",
		}
	}
	return nil
}
