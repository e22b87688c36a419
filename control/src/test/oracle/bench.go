package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"sort"
	"strconv"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// workload is what PlacementBench writes.
type workload struct {
	Nodes []*v1.Node `json:"nodes"`
	Pods  []*v1.Pod  `json:"pods"`
}

// bench measures kube-scheduler's decisions alone, as PlacementBench does Proa's: os.Args[2] pods of the workload on standard input are
// placed first, to warm up; the others are measured.
func bench() {
	warm, err := strconv.Atoi(os.Args[2])
	check(err)
	input, err := io.ReadAll(bufio.NewReader(os.Stdin))
	check(err)
	var w workload
	check(json.Unmarshal(input, &w))
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), klog.Background()))
	defer cancel()
	client := fake.NewClientset()
	factory := informers.NewSharedInformerFactory(client, 0)
	sched, err := scheduler.New(ctx, client, factory, nil,
		func(string) events.EventRecorderLogger { return &events.FakeRecorder{} })
	check(err)
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	fwk := sched.Profiles["default-scheduler"]
	snapshot := fwk.SnapshotSharedLister().(*cache.Snapshot)
	logger := klog.FromContext(ctx)
	for _, node := range w.Nodes {
		sched.Cache.AddNode(logger, node)
	}
	place := func(pod *v1.Pod) {
		info, err := framework.NewPodInfo(pod)
		check(err)
		check(sched.Cache.UpdateSnapshot(logger, snapshot))
		result, err := sched.SchedulePod(ctx, fwk, framework.NewCycleState(), &framework.QueuedPodInfo{PodInfo: info})
		check(err)
		assumed := pod.DeepCopy()
		assumed.Spec.NodeName = result.SuggestedHost
		check(sched.Cache.AssumePod(logger, assumed))
	}
	for _, pod := range w.Pods[:warm] {
		place(pod)
	}
	measured := w.Pods[warm:]
	took := make([]time.Duration, len(measured))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu := processorTime()
	for i, pod := range measured {
		start := time.Now()
		place(pod)
		took[i] = time.Since(start)
	}
	cpu = processorTime() - cpu
	runtime.ReadMemStats(&after)
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	n := len(measured)
	fmt.Printf("%.0f pods/s of processor time, p50 %.2f ms, p99 %.2f ms, %d bytes each\n",
		float64(n)/cpu.Seconds(), took[n/2].Seconds()*1e3, took[n*99/100].Seconds()*1e3,
		(after.TotalAlloc-before.TotalAlloc)/uint64(n))
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
