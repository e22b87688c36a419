// Tells where kube-scheduler's own plugins would place pods. Standard input has a JSON object per line: first the objects that all
// cases share ({"objects": [...]}), then a case each ({"nodes": [...], "pods": [...], "pod": {...}}). Standard output has an answer per
// case. The plugins run as the default profile has them, except DynamicResources and NodeDeclaredFeatures. The Java test
// PlacementFactsTest makes the cases, and compares Proa's answers with these. "oracle bench" measures instead: see bench.go.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"sort"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/latest"
	"k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
)

type world struct {
	Objects []json.RawMessage `json:"objects"`
}

type question struct {
	Nodes []*v1.Node `json:"nodes"`
	Pods  []*v1.Pod  `json:"pods"`
	Pod   *v1.Pod    `json:"pod"`
}

// verdict is what the filters say of a node.
type verdict struct {
	Code    string   `json:"code"`
	Plugin  string   `json:"plugin,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
}

// answer to a question. A node is in Rejected or in Scores.
type answer struct {
	// PreFilter rejects the pod before any node is looked at.
	PreFilter *verdict           `json:"preFilter,omitempty"`
	Rejected  map[string]verdict `json:"rejected,omitempty"`
	// Scores has the weighted score by plugin, and the sum under "".
	Scores map[string]map[string]int64 `json:"scores,omitempty"`
	// Preempted has, for each node where that may help, what the filters say without the pods of lower priority.
	Preempted map[string]preemption `json:"preempted,omitempty"`
}

type preemption struct {
	Without verdict `json:"without"`
	// Victims remain when the others come back, one by one, as long as the pod fits.
	Victims []string `json:"victims,omitempty"`
}

func main() {
	metrics.Register()
	klog.SetOutput(os.Stderr)
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		bench()
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	var w world
	read(in, &w)
	var objects []runtime.Object
	for _, raw := range w.Objects {
		object, _, err := clientscheme.Codecs.UniversalDeserializer().Decode(raw, nil, nil)
		check(err)
		objects = append(objects, object)
	}
	client := fake.NewClientset(objects...)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	shared := newShared(ctx, client)
	for {
		var q question
		if !read(in, &q) {
			return
		}
		check(out.Encode(shared.answer(ctx, &q)))
	}
}

func read(in *bufio.Reader, into any) bool {
	line, err := in.ReadBytes('\n')
	if err != nil || len(line) == 0 {
		return false
	}
	check(json.Unmarshal(line, into))
	return true
}

// lister lets each case have a snapshot of its own, although plugins are made once.
type lister struct{ *cache.Snapshot }

type deciders struct {
	framework framework.Framework
	lister    *lister
	nominator *nominator
}

func newShared(ctx context.Context, client *fake.Clientset) *deciders {
	cfg, err := latest.Default()
	check(err)
	profile := cfg.Profiles[0]
	without := map[string]bool{"DynamicResources": true, "NodeDeclaredFeatures": true}
	var enabled []config.Plugin
	for _, plugin := range profile.Plugins.MultiPoint.Enabled {
		if !without[plugin.Name] {
			enabled = append(enabled, plugin)
		}
	}
	profile.Plugins.MultiPoint.Enabled = enabled
	factory := informers.NewSharedInformerFactory(client, 0)
	l := &lister{cache.NewEmptySnapshot()}
	n := &nominator{}
	f, err := frameworkruntime.NewFramework(ctx, plugins.NewInTreeRegistry(), &profile,
		frameworkruntime.WithClientSet(client),
		frameworkruntime.WithInformerFactory(factory),
		frameworkruntime.WithSnapshotSharedLister(l),
		frameworkruntime.WithPodNominator(n),
		frameworkruntime.WithEventRecorder(&events.FakeRecorder{}),
		frameworkruntime.WithSharedCSIManager(nodevolumelimits.NewCSIManager(factory.Storage().V1().CSINodes().Lister())),
		frameworkruntime.WithWaitingPods(frameworkruntime.NewWaitingPodsMap()),
		frameworkruntime.WithPodsInPreBind(frameworkruntime.NewPodsInPreBindMap()))
	check(err)
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return &deciders{f, l, n}
}

func (s *deciders) answer(ctx context.Context, q *question) answer {
	var placed, nominated []*v1.Pod
	for _, pod := range q.Pods {
		if pod.Spec.NodeName != "" {
			placed = append(placed, pod)
		} else {
			nominated = append(nominated, pod)
		}
	}
	s.lister.Snapshot = cache.NewSnapshot(placed, q.Nodes)
	s.nominator.set(nominated)
	state := framework.NewCycleState()
	result, status, _ := s.framework.RunPreFilterPlugins(ctx, state, q.Pod)
	if !status.IsSuccess() {
		v := verdictOf(status)
		return answer{PreFilter: &v}
	}
	a := answer{Rejected: map[string]verdict{}, Scores: map[string]map[string]int64{}, Preempted: map[string]preemption{}}
	var feasible []fwk.NodeInfo
	all, err := s.lister.List()
	check(err)
	for _, node := range all {
		name := node.Node().Name
		if result != nil && !result.AllNodes() && !result.NodeNames.Has(name) {
			a.Rejected[name] = verdict{Code: "excluded"}
			continue
		}
		status := s.framework.RunFilterPluginsWithNominatedPods(ctx, state, q.Pod, node)
		if status.IsSuccess() {
			feasible = append(feasible, node)
			continue
		}
		a.Rejected[name] = verdictOf(status)
		if status.Code() == fwk.Unschedulable {
			a.Preempted[name] = s.preempt(ctx, state.Clone(), q.Pod, node.Snapshot())
		}
	}
	if len(feasible) > 0 {
		if status := s.framework.RunPreScorePlugins(ctx, state, q.Pod, feasible); !status.IsSuccess() {
			panic(status.AsError())
		}
		scores, status := s.framework.RunScorePlugins(ctx, state, q.Pod, feasible)
		if !status.IsSuccess() {
			panic(status.AsError())
		}
		for _, node := range scores {
			byPlugin := map[string]int64{"": node.TotalScore}
			for _, score := range node.Scores {
				byPlugin[score.Name] = score.Score
			}
			a.Scores[node.Name] = byPlugin
		}
	}
	return a
}

// preempt takes all pods of lower priority off the node, and brings back those beside which the pod fits, the most important first.
func (s *deciders) preempt(ctx context.Context, state fwk.CycleState, pod *v1.Pod, node fwk.NodeInfo) preemption {
	logger := klog.FromContext(ctx)
	var lower []fwk.PodInfo
	for _, other := range node.GetPods() {
		if priority(other) < *pod.Spec.Priority {
			lower = append(lower, other)
		}
	}
	sort.Slice(lower, func(i, j int) bool {
		a, b := lower[i], lower[j]
		return priority(a) > priority(b) || priority(a) == priority(b) && a.GetPod().Name < b.GetPod().Name
	})
	remove := func(other fwk.PodInfo) {
		check(node.RemovePod(logger, other.GetPod()))
		checkStatus(s.framework.RunPreFilterExtensionRemovePod(ctx, state, pod, other, node))
	}
	for _, other := range lower {
		remove(other)
	}
	p := preemption{Without: verdictOf(s.framework.RunFilterPluginsWithNominatedPods(ctx, state, pod, node))}
	if p.Without.Code != "Success" {
		return p
	}
	for _, other := range lower {
		node.AddPodInfo(other)
		checkStatus(s.framework.RunPreFilterExtensionAddPod(ctx, state, pod, other, node))
		if !s.framework.RunFilterPluginsWithNominatedPods(ctx, state, pod, node).IsSuccess() {
			remove(other)
			p.Victims = append(p.Victims, other.GetPod().Name)
		}
	}
	return p
}

func priority(pod fwk.PodInfo) int32 {
	return *pod.GetPod().Spec.Priority
}

func verdictOf(status *fwk.Status) verdict {
	if status.IsSuccess() {
		return verdict{Code: "Success"}
	}
	if status.Code() == fwk.Error {
		panic(status.AsError())
	}
	reasons := append([]string{}, status.Reasons()...)
	sort.Strings(reasons) // of resources, chance decides
	return verdict{Code: status.Code().String(), Plugin: status.Plugin(), Reasons: reasons}
}

// nominator knows the nominated pods of the case.
type nominator struct{ pods []*v1.Pod }

func (n *nominator) set(pods []*v1.Pod) { n.pods = pods }

func (n *nominator) NominatedPodsForNode(name string) []fwk.PodInfo {
	var found []fwk.PodInfo
	for _, pod := range n.pods {
		if pod.Status.NominatedNodeName == name {
			info, err := framework.NewPodInfo(pod)
			check(err)
			found = append(found, info)
		}
	}
	return found
}

func (n *nominator) AddNominatedPod(klog.Logger, fwk.PodInfo, *fwk.NominatingInfo) {}
func (n *nominator) DeleteNominatedPodIfExists(*v1.Pod)                            {}
func (n *nominator) UpdateNominatedPod(klog.Logger, *v1.Pod, fwk.PodInfo)          {}

func checkStatus(status *fwk.Status) {
	if !status.IsSuccess() {
		panic(strings.Join(status.Reasons(), ", "))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
