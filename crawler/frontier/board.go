package frontier

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// A Board is where a Redis server announces the queues that are being worked
// on, so that workers on other machines find them and can join. A notice says
// what the queue is about; the board does not look into it.
type Board struct{ client redis.UniversalClient }

// NewBoard is the board of the server.
func NewBoard(client redis.UniversalClient) *Board { return &Board{client} }

const boardKey = "{chaping}:board"

// Post puts up the notice of a queue, in place of an older one.
func (b *Board) Post(ctx context.Context, queue string, notice []byte) error {
	return b.client.HSet(ctx, boardKey, queue, notice).Err()
}

// Notices are the notices on the board by the names of their queues.
func (b *Board) Notices(ctx context.Context) (map[string]string, error) {
	return b.client.HGetAll(ctx, boardKey).Result()
}

// Withdraw takes the notice of a queue down.
func (b *Board) Withdraw(ctx context.Context, queue string) error {
	return b.client.HDel(ctx, boardKey, queue).Err()
}
