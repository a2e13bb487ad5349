package app

// A Progress is how far a long operation is.
type Progress struct {
	Step   string // what is being done, in Chinese: 导入, 采集, 挖掘
	Done   int64  // of Total, in units of the step
	Total  int64  // not positive: unknown
	Detail string // for people
}

// A Watcher is told how an operation goes on, often and from any goroutine. It
// may be nil.
type Watcher func(Progress)

func (w Watcher) tell(p Progress) {
	if w != nil {
		if p.Total > 0 { // more may be read than there is of a file: some of it twice
			p.Done = min(p.Done, p.Total)
		}
		w(p)
	}
}
