// Command clientgo drives an API server by client-go: typed (in protobuf), dynamic and metadata clients, informers, discovery and
// OpenAPI. It says what it did, and ends with 1 at the first thing that is not as Kubernetes documents it.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/pager"
)

const (
	protobuf  = "application/vnd.kubernetes.protobuf"
	namespace = "client-go"
	patience  = 60 * time.Second
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(err, "read the kubeconfig")
	config.QPS, config.Burst = -1, -1
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()

	traffic := &recorder{}
	encoded := rest.CopyConfig(config)
	encoded.ContentType = protobuf
	encoded.AcceptContentTypes = protobuf + ",application/json"
	encoded.Wrap(traffic.wrap)

	typedClient(ctx, encoded, traffic)
	informer(ctx, encoded, traffic)
	metadataClient(ctx, encoded)
	leaderElection(ctx, encoded)
	dynamicClient(ctx, config)
	discoveryClient(ctx, encoded, traffic)
	fmt.Println("done")
}

// recorder remembers what the requests and answers of a client were encoded in.
type recorder struct {
	mutex sync.Mutex
	seen  []exchange
}

type exchange struct {
	method, path, query, sent, received string
}

func (r *recorder) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err == nil {
			r.mutex.Lock()
			defer r.mutex.Unlock()
			r.seen = append(r.seen, exchange{request.Method, request.URL.Path, request.URL.RawQuery,
				request.Header.Get("Content-Type"), response.Header.Get("Content-Type")})
		}
		return response, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// take returns what was seen since the last call.
func (r *recorder) take() []exchange {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	taken := r.seen
	r.seen = nil
	return taken
}

// expectProtobuf fails unless all was answered in protobuf, and all sent in it but for patches.
func expectProtobuf(what string, exchanges []exchange) {
	expect(len(exchanges) > 0, "%s: no request was seen", what)
	for _, e := range exchanges {
		expect(strings.HasPrefix(e.received, protobuf), "%s: %s %s was answered in %q", what, e.method, e.path, e.received)
		if e.sent != "" && e.method != http.MethodPatch {
			expect(e.sent == protobuf, "%s: %s %s was sent in %q", what, e.method, e.path, e.sent)
		}
	}
	fmt.Printf("%s: %d requests in protobuf\n", what, len(exchanges))
}

// inChunks lists everything in chunks of limit, and says how many chunks that took.
func inChunks(ctx context.Context, limit int64, list func(metav1.ListOptions) (runtime.Object, error)) (items, chunks int) {
	p := pager.New(pager.SimplePageFunc(func(options metav1.ListOptions) (runtime.Object, error) {
		chunks++
		return list(options)
	}))
	p.PageSize = limit
	err := p.EachListItem(ctx, metav1.ListOptions{}, func(runtime.Object) error {
		items++
		return nil
	})
	must(err, "list in chunks")
	return items, chunks
}

func configMap(name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"of": "client-go"}},
		Data:       map[string]string{"key": "value"},
		BinaryData: map[string][]byte{"bytes": {0, 1, 0xff}},
	}
}

func isNotFound(err error, what string) {
	expect(apierrors.IsNotFound(err), "%s: expected NotFound, got %v", what, err)
}

func must(err error, what string, arguments ...any) {
	if err != nil {
		fail("%s: %v", fmt.Sprintf(what, arguments...), err)
	}
}

func expect(condition bool, what string, arguments ...any) {
	if !condition {
		fail(what, arguments...)
	}
}

func fail(what string, arguments ...any) {
	fmt.Fprintf(os.Stderr, what+"\n", arguments...)
	os.Exit(1)
}
