// The reference implementation of notes, proofs and tiles, asked by test_oracle.py: one JSON object a
// line in, one out. Everything that decides is golang.org/x/mod/sumdb; only the cosignature of type
// 0x04, which that package does not know, is written here.
package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Op      string
	Note    []byte
	Vkeys   []string
	Index   int64
	Old     int64
	Size    int64
	Leaf    []byte
	Root    []byte
	OldRoot []byte
	Proof   [][]byte
	Tiles   map[string][]byte
}

type answer struct {
	OK       bool
	Why      string   `json:",omitempty"`
	Signers  []string `json:",omitempty"`
	Tree     bool
	Size     int64
	Hash     []byte
	Included [][]byte
	Consists [][]byte
}

type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	time := binary.BigEndian.Uint64(sig[:8])
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)
	return time>>63 == 0 && ed25519.Verify(c.key, []byte(message), sig[8:])
}

func verifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	if key[0] != 0x04 {
		return note.NewVerifier(vkey)
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	return cosigner{parts[0], uint32(hash), key[1:]}, err
}

func open(r request) (a answer) {
	var known []note.Verifier
	for _, vkey := range r.Vkeys {
		v, err := verifier(vkey)
		if err != nil {
			return answer{Why: err.Error()}
		}
		known = append(known, v)
	}
	n, err := note.Open(r.Note, note.VerifierList(known...))
	if err != nil {
		return answer{Why: err.Error()}
	}
	a.OK = true
	for _, s := range n.Sigs {
		a.Signers = append(a.Signers, fmt.Sprintf("%s+%08x", s.Name, s.Hash))
	}
	// A checkpoint is a tree note with an origin of its own in the first line.
	_, rest, _ := strings.Cut(n.Text, "\n")
	if t, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest)); err == nil {
		a.Tree, a.Size, a.Hash = true, t.N, t.Hash[:]
	}
	return a
}

func hash(b []byte) (h tlog.Hash) {
	copy(h[:], b)
	return h
}

func hashes(proof [][]byte) (found []tlog.Hash) {
	for _, b := range proof {
		found = append(found, hash(b))
	}
	return found
}

func judged(err error) answer {
	if err != nil {
		return answer{Why: err.Error()}
	}
	return answer{OK: true}
}

type files struct{ tiles map[string][]byte }

func (f files) Height() int { return 8 }
func (f files) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		found, ok := f.tiles[path]
		if !ok {
			return nil, fmt.Errorf("no %s", path)
		}
		data = append(data, found)
	}
	return data, nil
}
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func prove(r request) answer {
	reader := tlog.TileHashReader(tlog.Tree{N: r.Size, Hash: hash(r.Root)}, files{r.Tiles})
	included, err := tlog.ProveRecord(r.Size, r.Index, reader)
	if err != nil {
		return judged(err)
	}
	consists, err := tlog.ProveTree(r.Size, r.Old, reader)
	if err != nil {
		return judged(err)
	}
	a := answer{OK: true}
	for i := range included {
		a.Included = append(a.Included, included[i][:])
	}
	for i := range consists {
		a.Consists = append(a.Consists, consists[i][:])
	}
	return a
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			panic(err)
		}
		switch r.Op {
		case "note":
			out.Encode(open(r))
		case "inclusion":
			out.Encode(judged(tlog.CheckRecord(hashes(r.Proof), r.Size, hash(r.Root), r.Index, hash(r.Leaf))))
		case "consistency":
			out.Encode(judged(tlog.CheckTree(hashes(r.Proof), r.Size, hash(r.Root), r.Old, hash(r.OldRoot))))
		case "tiles":
			out.Encode(prove(r))
		}
	}
}
