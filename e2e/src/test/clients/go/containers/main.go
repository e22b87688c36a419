// Command containers gets into a container by client-go: exec, with a terminal too, logs that go on, and forwarded ports; by
// WebSockets, or by SPDY and by falling back to it. Its arguments are the namespace, the pod, and WebSocket or SPDY.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
	streamhttp "k8s.io/streaming/pkg/httpstream"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(err, "read the kubeconfig")
	client, err := kubernetes.NewForConfig(config)
	must(err, "make the client")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	pod := container{config, client, os.Args[1], os.Args[2]}
	name := os.Args[3]
	pod.exec(ctx, name, pod.executors()[name])
	if name == "SPDY" {
		pod.exec(ctx, "fallback", pod.executors()["fallback"])
	}
	pod.terminal(ctx, pod.executors()[name])
	pod.logs(ctx, pod.executors()[name])
	pod.forward(ctx, name, pod.dialers()[name])
	fmt.Println("done")
}

type container struct {
	config         *rest.Config
	client         kubernetes.Interface
	namespace, pod string
}

// newExecutor makes what runs a command in some way.
type newExecutor func(*remotecommand.StreamOptions, ...string) remotecommand.Executor

func (c container) url(options *remotecommand.StreamOptions, command []string) *url.URL {
	return c.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(c.namespace).Name(c.pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Command: command, TTY: options.Tty,
			Stdin: options.Stdin != nil, Stdout: options.Stdout != nil, Stderr: options.Stderr != nil}, scheme.ParameterCodec).URL()
}

func (c container) executors() map[string]newExecutor {
	overWebSocket := func(options *remotecommand.StreamOptions, command ...string) remotecommand.Executor {
		executor, err := remotecommand.NewWebSocketExecutor(c.config, http.MethodGet, c.url(options, command).String())
		must(err, "make an executor")
		return executor
	}
	overSpdy := func(options *remotecommand.StreamOptions, command ...string) remotecommand.Executor {
		executor, err := remotecommand.NewSPDYExecutor(c.config, http.MethodPost, c.url(options, command))
		must(err, "make an executor")
		return executor
	}
	return map[string]newExecutor{
		"WebSocket": overWebSocket,
		"SPDY":      overSpdy,
		"fallback": func(options *remotecommand.StreamOptions, command ...string) remotecommand.Executor {
			unknown, err := remotecommand.NewWebSocketExecutorForProtocols(
				c.config, http.MethodGet, c.url(options, command).String(), "unknown.channel.k8s.io")
			must(err, "make an executor")
			executor, err := remotecommand.NewFallbackExecutor(unknown, overSpdy(options, command...), streamhttp.IsUpgradeFailure)
			must(err, "make an executor")
			return executor
		},
	}
}

func (c container) exec(ctx context.Context, name string, executor newExecutor) {
	var out, err bytes.Buffer
	options := remotecommand.StreamOptions{Stdin: strings.NewReader("input\n"), Stdout: &out, Stderr: &err}
	ended := executor(&options, "sh", "-c", "cat; echo error >&2; exit 7").StreamWithContext(ctx, options)
	var code exec.CodeExitError
	expect(errors.As(ended, &code) && code.Code == 7, "%s: it ended with %v", name, ended)
	expect(out.String() == "input\n" && err.String() == "error\n", "%s: it said %q and %q", name, &out, &err)

	many := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	out.Reset()
	options = remotecommand.StreamOptions{Stdin: bytes.NewReader(many), Stdout: &out}
	must(executor(&options, "cat").StreamWithContext(ctx, options), name+": send much")
	expect(sha256.Sum256(out.Bytes()) == sha256.Sum256(many), "%s: %d bytes came back, of %d", name, out.Len(), len(many))

	options = remotecommand.StreamOptions{Stdout: &out}
	ended = executor(&options, "nonsense").StreamWithContext(ctx, options)
	expect(ended != nil && strings.Contains(ended.Error(), "executable file not found in $PATH"), "%s: nonsense ended with %v", name, ended)
	fmt.Printf("exec by %s: input, output, error, exit code\n", name)
}

// sizes tells one size of a terminal.
type sizes chan remotecommand.TerminalSize

func (s sizes) Next() *remotecommand.TerminalSize {
	if size, open := <-s; open {
		return &size
	}
	return nil
}

func (c container) terminal(ctx context.Context, executor newExecutor) {
	queue := make(sizes, 1)
	queue <- remotecommand.TerminalSize{Width: 132, Height: 50}
	close(queue)
	var out bytes.Buffer
	options := remotecommand.StreamOptions{Stdin: strings.NewReader(""), Stdout: &out, Tty: true, TerminalSizeQueue: queue}
	script := `until [ "$(stty size 2> /dev/null)" = "50 132" ]; do sleep 0.1; done; test -t 1 && echo sized`
	must(executor(&options, "sh", "-c", script).StreamWithContext(ctx, options), "use a terminal")
	expect(out.String() == "sized\r\n", "the terminal said %q", &out)
	fmt.Println("exec: a terminal with a size")
}

func (c container) logs(ctx context.Context, executor newExecutor) {
	stream, err := c.client.CoreV1().Pods(c.namespace).GetLogs(c.pod, &corev1.PodLogOptions{Follow: true}).Stream(ctx)
	must(err, "follow the log")
	defer stream.Close()
	lines := bufio.NewScanner(stream)
	expect(lines.Scan() && lines.Text() == "ready", "the log says %q", lines.Text())
	options := remotecommand.StreamOptions{Stdout: io.Discard}
	must(executor(&options, "touch", "/more").StreamWithContext(ctx, options), "have it say more")
	expect(lines.Scan() && lines.Text() == "more", "then the log says %q", lines.Text())
	fmt.Println("logs: followed")
}

func (c container) dialers() map[string]httpstream.Dialer {
	target := c.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(c.namespace).Name(c.pod).SubResource("portforward").URL()
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	must(err, "make a transport of SPDY")
	overSpdy := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target)
	overWebSocket, err := portforward.NewSPDYOverWebsocketDialer(target, c.config)
	must(err, "make a dialer")
	return map[string]httpstream.Dialer{"SPDY": overSpdy, "WebSocket": overWebSocket}
}

func (c container) forward(ctx context.Context, name string, dialer httpstream.Dialer) {
	stop, ready := make(chan struct{}), make(chan struct{})
	var said bytes.Buffer
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:8080"}, stop, ready, io.Discard, &said)
	must(err, "make a forwarder")
	ended := make(chan error)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		fail("forwarding by %s ended: %v", name, err)
	}
	ports, err := forwarder.GetPorts()
	must(err, "get the port")
	for range 3 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", ports[0].Local), nil)
		must(err, "make a request")
		answer, err := http.DefaultClient.Do(request)
		must(err, "ask the pod")
		body, err := io.ReadAll(answer.Body)
		must(err, "read the answer")
		must(answer.Body.Close(), "end the answer")
		expect(string(body) == "hello\n", "the pod answers %q", body)
	}
	close(stop)
	must(<-ended, "end forwarding")
	expect(said.Len() == 0, "forwarding by %s said %q", name, &said)
	fmt.Printf("forward by %s: requests and answers\n", name)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func expect(condition bool, format string, values ...any) {
	if !condition {
		fail(format, values...)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
