// Command bench measures the built program from outside, as a user would meet it: import, start, memory, pages.
//
// It prints one line a figure and, with -o, writes them as a Markdown table. Nothing here is asserted: figures are for
// doc/performance.md. Traffic goes to loopback only and is bounded in count.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

type bench struct {
	binary, dir string
	objects     int
	requests    int
	rows        []row
}

type row struct{ what, value, note string }

func main() {
	full := flag.Bool("full", false, "1 M objects and more requests")
	binary := flag.String("binary", "bin/threatwatch", "the program to measure")
	out := flag.String("o", "", "write the table to this file as well")
	n := flag.Int("objects", 0, "number of generated objects (default 100,000, with -full 1,000,000)")
	flag.Parse()
	dir, err := os.MkdirTemp("", "threatwatch-bench-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	b := &bench{binary: *binary, dir: dir, objects: 100_000, requests: 300}
	if *full {
		b.objects, b.requests = 1_000_000, 2000
	}
	if *n > 0 {
		b.objects = *n
	}
	if err := b.run(); err != nil {
		log.Print(err)
		os.RemoveAll(dir)
		os.Exit(1)
	}
	if *out != "" {
		if err := os.WriteFile(*out, []byte(b.table()), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

func (b *bench) run() error {
	file := filepath.Join(b.dir, "generated.ndjson")
	size, err := b.generate(file)
	if err != nil {
		return err
	}
	data := filepath.Join(b.dir, "data")
	if err := b.measureImport(file, size, data); err != nil {
		return err
	}
	if err := b.measureEmpty(); err != nil {
		return err
	}
	return b.measureServe(data)
}

func (b *bench) generate(file string) (int64, error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := newGenerator(1).write(f, b.objects); err != nil {
		return 0, err
	}
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

func (b *bench) measureImport(file string, size int64, data string) error {
	cmd := exec.Command(b.binary, "import", "--data", data, "--source", "generated", "--tlp", "clear", file)
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	took := time.Since(start)
	b.add("import", fmt.Sprintf("%.0f objects/s", float64(b.objects)/took.Seconds()), fmt.Sprintf("%d objects, %.0f MB, %.1f s, whole process, durable, all indexes", b.objects, mb(size), took.Seconds()))
	b.add("import, peak memory", fmt.Sprintf("%.0f MB", float64(maxRSS(cmd))/1024), "")
	start = time.Now()
	if err := exec.Command(b.binary, "import", "--data", data, "--source", "generated", "--tlp", "clear", file).Run(); err != nil {
		return fmt.Errorf("import again: %w", err)
	}
	b.add("import again, nothing new", fmt.Sprintf("%.0f objects/s", float64(b.objects)/time.Since(start).Seconds()), "")
	var disk int64
	err := filepath.WalkDir(data, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if i, err := d.Info(); err == nil {
			disk += i.Size()
		}
		return nil
	})
	b.add("size on disk", fmt.Sprintf("%.0f bytes an object", float64(disk)/float64(b.objects)), fmt.Sprintf("mean object %.0f bytes", float64(size)/float64(b.objects)))
	return err
}

// measureEmpty takes the time from an empty directory to the first page of the demonstration.
func (b *bench) measureEmpty() error {
	var times []time.Duration
	for i := range 5 {
		start := time.Now()
		s, err := b.start("demo", "--data", filepath.Join(b.dir, "demo"+strconv.Itoa(i)))
		if err != nil {
			return err
		}
		times = append(times, time.Since(start))
		if i == 4 {
			time.Sleep(2 * time.Second)
			b.add("idle memory, demonstration", fmt.Sprintf("%.0f MB", s.rss()), "resident")
		}
		s.stop()
	}
	slices.Sort(times)
	b.add("demo from an empty directory to the first page", ms(times[2]), "median of 5")
	return nil
}

func (b *bench) measureServe(data string) error {
	start := time.Now()
	s, err := b.start("serve", "--data", data)
	if err != nil {
		return err
	}
	defer s.stop()
	b.add("serve to first page", ms(time.Since(start)), fmt.Sprintf("%d objects held", b.objects))
	time.Sleep(2 * time.Second)
	b.add("memory after start", fmt.Sprintf("%.0f MB", s.rss()), fmt.Sprintf("resident, %d objects held", b.objects))
	token, collection, err := b.reader(data)
	if err != nil {
		return err
	}
	if err := b.latency("page /", s.url+"/", "", "text/html", b.requests); err != nil {
		return err
	}
	page := s.url + "/api1/collections/" + collection + "/objects/?limit=1000"
	if err := b.latency("TAXII page of 1,000 objects", page, token, "application/taxii+json;version=2.1", b.requests); err != nil {
		return err
	}
	b.add("memory after the load", fmt.Sprintf("%.0f MB", s.rss()), "resident")
	return nil
}

// reader makes an organisation and a token that may read the imported source.
func (b *bench) reader(data string) (token, collection string, err error) {
	if out, err := exec.Command(b.binary, "org", "add", "Bench", "--data", data).CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("org add: %w: %s", err, out)
	}
	out, err := exec.Command(b.binary, "token", "create", "bench", "--org", "Bench", "--role", "reader", "--data", data).Output()
	if err != nil {
		return "", "", fmt.Errorf("token create: %w", err)
	}
	id, err := exec.Command(b.binary, "collection", "add", "Everything", "--source", "generated", "--data", data).Output()
	if err != nil {
		return "", "", fmt.Errorf("collection add: %w", err)
	}
	return strings.TrimSpace(string(out)), strings.TrimSpace(string(id)), nil
}

func (b *bench) latency(what, url, token, accept string, n int) error {
	var times []time.Duration
	var bytes int64
	for i := range n + n/10 {
		req, err := http.NewRequest("GET", url, nil)
		if err != nil {
			return err
		}
		req.Header.Set("Accept", accept)
		req.Header.Set("Accept-Encoding", "identity")
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		start := time.Now()
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		k, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, resp.Status)
		}
		if i >= n/10 { // the first tenth warms up
			times = append(times, time.Since(start))
			bytes += k
		}
	}
	var sum time.Duration
	for _, t := range times {
		sum += t
	}
	slices.Sort(times)
	at := func(q float64) string { return ms(times[int(q*float64(len(times)-1))]) }
	b.add(what, "p50 "+at(.5)+", p95 "+at(.95)+", p99 "+at(.99), fmt.Sprintf("one client, %d requests, %.0f kB each, %.0f MB/s", len(times), float64(bytes)/float64(len(times))/1e3, float64(bytes)/1e6/sum.Seconds()))
	return nil
}

type server struct {
	cmd *exec.Cmd
	url string
}

// start runs a subcommand that serves and returns when its first page has been read.
func (b *bench) start(args ...string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(context.Background(), b.binary, append(args, "--listen", addr)...)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, url: "http://" + addr}
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		resp, err := http.Get(s.url + "/")
		if err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("%s did not answer within 60 s", strings.Join(args, " "))
}

func (s *server) stop() {
	s.cmd.Process.Signal(os.Interrupt)
	s.cmd.Wait()
}

// rss is the resident memory in MB.
func (s *server) rss() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(v)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

func (b *bench) add(what, value, note string) {
	b.rows = append(b.rows, row{what, value, note})
	fmt.Printf("%-48s %-40s %s\n", what, value, note)
}

func (b *bench) table() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s, %s/%s, %d cores, %s\n\n| what | figure | how |\n| --- | --- | --- |\n", time.Now().UTC().Format("2 Jan 2006"), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, r := range b.rows {
		fmt.Fprintf(&s, "| %s | %s | %s |\n", r.what, r.value, r.note)
	}
	return s.String()
}

func mb(n int64) float64        { return float64(n) / 1e6 }
func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1e3) }
