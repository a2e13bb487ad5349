package spool

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"syscall"

	"chaping"
)

// Drain puts what waits, oldest first, and gives how many batches were stored.
// Segments that another process holds are left to it. An error ends it; what
// was not stored stays.
func (s *Spool) Drain(ctx context.Context) (batches int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.end(); err != nil {
		return 0, err
	}
	files, err := segments(s.Dir)
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		n, err := s.drain(ctx, file)
		batches += n
		if err != nil {
			if s.Away(err) {
				s.retry = s.Now().Add(pause)
			}
			return batches, err
		}
	}
	s.waiting = false
	return batches, nil
}

// drain puts one segment's batches and removes it.
func (s *Spool) drain(ctx context.Context, file string) (batches int, err error) {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "读不出暂存的批次 " + file,
			Err:     err,
			Remedy:  "检查文件的权限",
		}
	}
	defer f.Close()
	if err := lock(f); errors.Is(err, syscall.EWOULDBLOCK) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) { // drained between opening and locking
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for at := 0; at < len(data); batches++ {
		k, payload, err := record(data[at:])
		if errors.Is(err, errTorn) {
			s.Tell(fmt.Sprintf("暂存文件 %s 末尾有没写完的一批（%d 字节），写入时已被中断，没有确认过，已丢弃", filepath.Base(file), len(data)-at))
			break
		}
		if err == nil {
			err = s.give(ctx, k, payload)
		}
		if errors.Is(err, errDamaged) {
			if err := os.Rename(file, file+damaged); err != nil {
				return batches, err
			}
			s.Tell(
				fmt.Sprintf(
					"暂存文件 %s 在第 %d 字节处损坏，其前的 %d 批已写入，原文件改名为 %s 保留；请重新导入或采集相应数据",
					filepath.Base(file),
					at,
					batches,
					filepath.Base(file)+damaged,
				),
			)
			return batches, nil
		}
		if err != nil {
			return batches, err
		}
		at += headerSize + len(payload)
	}
	return batches, errors.Join(os.Remove(file), syncDir(s.Dir))
}

var (
	errTorn    = errors.New("cut off")
	errDamaged = errors.New("damaged")
)

// record is the first record of data. Torn is one that a kill cut off: nothing
// can follow it.
func record(data []byte) (k kind, payload []byte, err error) {
	if len(data) < headerSize {
		return 0, nil, errTorn
	}
	if crc32.Checksum(data[:9], castagnoli) != binary.LittleEndian.Uint32(data[9:]) {
		return 0, nil, errDamaged
	}
	length := int64(binary.LittleEndian.Uint32(data))
	rest := data[headerSize:]
	if int64(len(rest)) < length {
		return 0, nil, errTorn
	}
	payload = rest[:length]
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(data[5:]) {
		if int64(len(rest)) == length {
			return 0, nil, errTorn
		}
		return 0, nil, errDamaged
	}
	return kind(data[4]), payload, nil
}

// give puts a batch into the sink.
func (s *Spool) give(ctx context.Context, k kind, payload []byte) error {
	switch k {
	case listings:
		return decoded(ctx, payload, s.sink.PutListings)
	case reviews:
		return decoded(ctx, payload, s.sink.PutReviews)
	case coverage:
		return decoded(ctx, payload, s.sink.PutCoverage)
	}
	return errDamaged
}

func decoded[T any](ctx context.Context, payload []byte, put func(context.Context, []T) error) error {
	var batch []T
	if err := gob.NewDecoder(bytes.NewReader(payload)).Decode(&batch); err != nil {
		return errDamaged
	}
	return put(ctx, batch)
}
