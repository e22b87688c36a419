package podautoscaler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"testing"
	"testing/synctest"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes/fake"
	corelisters "k8s.io/client-go/listers/core/v1"
	scalefake "k8s.io/client-go/scale/fake"
	core "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	defaults "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/monitor"
	"k8s.io/kubernetes/pkg/controller/util/selectors"
)

const sequences = 160

// A sequence is an autoscaler and what the controller does about it, look by look.
type sequence struct {
	Seed        int64                                 `json:"seed"`
	ScaleToZero bool                                  `json:"scaleToZero"`
	Autoscaler  autoscalingv2.HorizontalPodAutoscaler `json:"autoscaler"`
	Looks       []look                                `json:"looks"`
}

// A look is what the controller finds, and what it does. Times are in seconds since the sequence began.
type look struct {
	At       int64             `json:"at"`
	Replicas int32             `json:"replicas"`
	Existing int32             `json:"existing"`
	Selector string            `json:"selector"`
	Pods     []pod             `json:"pods,omitempty"`
	Metrics  map[string]metric `json:"metrics,omitempty"`
	// Afterwards
	Scaled int32                                      `json:"scaled"`
	Status autoscalingv2.HorizontalPodAutoscalerStatus `json:"status"`
	Events []string                                   `json:"events,omitempty"`
}

type pod struct {
	Name       string `json:"name"`
	Phase      string `json:"phase"`
	Ready      string `json:"ready,omitempty"`
	Since      int64  `json:"since"`
	Started    *int64 `json:"started,omitempty"`
	Deleting   bool   `json:"deleting,omitempty"`
	Request    int64  `json:"request,omitempty"`
	Sidecar    int64  `json:"sidecar,omitempty"`
	PodRequest int64  `json:"podRequest,omitempty"`
}

// A metric is what the metrics APIs say: an error, values of pods, or values.
type metric struct {
	Error  string              `json:"error,omitempty"`
	Pods   map[string][3]int64 `json:"pods,omitempty"` // timestamp, window, value
	Values []int64             `json:"values,omitempty"`
}

type source struct {
	metrics map[string]metric
	start   time.Time
}

func (s *source) pods(name string) (metricsclient.PodMetricsInfo, time.Time, error) {
	m := s.metrics[name]
	if m.Error != "" {
		return nil, time.Time{}, errors.New(m.Error)
	}
	info := metricsclient.PodMetricsInfo{}
	for pod, values := range m.Pods {
		info[pod] = metricsclient.PodMetric{
			Timestamp: s.start.Add(time.Duration(values[0]) * time.Second),
			Window:    time.Duration(values[1]) * time.Second,
			Value:     values[2],
		}
	}
	return info, time.Now(), nil
}

func (s *source) GetResourceMetric(_ context.Context, name v1.ResourceName, _ string, _ labels.Selector, container string) (metricsclient.PodMetricsInfo, time.Time, error) {
	return s.pods("resource/" + string(name) + "/" + container)
}

func (s *source) GetRawMetric(name, _ string, _ labels.Selector, _ labels.Selector) (metricsclient.PodMetricsInfo, time.Time, error) {
	return s.pods("pods/" + name)
}

func (s *source) GetObjectMetric(name, _ string, _ *autoscalingv2.CrossVersionObjectReference, _ labels.Selector) (int64, time.Time, error) {
	m := s.metrics["object/"+name]
	if m.Error != "" {
		return 0, time.Time{}, errors.New(m.Error)
	}
	return m.Values[0], time.Now(), nil
}

func (s *source) GetExternalMetric(name, _ string, _ labels.Selector) ([]int64, time.Time, error) {
	m := s.metrics["external/"+name]
	if m.Error != "" {
		return nil, time.Time{}, errors.New(m.Error)
	}
	return m.Values, time.Now(), nil
}

func quantity(milli int64) *resource.Quantity {
	return resource.NewMilliQuantity(milli, resource.DecimalSI)
}

func oneIn(r *rand.Rand, n int) bool {
	return r.Intn(n) == 0
}

func randomMetric(r *rand.Rand) autoscalingv2.MetricSpec {
	identifier := func(name string) autoscalingv2.MetricIdentifier {
		id := autoscalingv2.MetricIdentifier{Name: name}
		if oneIn(r, 3) {
			id.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"zone": "a", "app": "web"}}
			if oneIn(r, 2) {
				id.Selector.MatchExpressions = []metav1.LabelSelectorRequirement{
					{Key: "tier", Operator: metav1.LabelSelectorOpIn, Values: []string{"x", "y"}}}
			}
		}
		return id
	}
	target := func() autoscalingv2.MetricTarget {
		if oneIn(r, 2) {
			utilization := int32(20 + r.Intn(120))
			return autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: &utilization}
		}
		return autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: quantity(int64(100 + r.Intn(900)))}
	}
	valueOrAverage := func() autoscalingv2.MetricTarget {
		if oneIn(r, 2) {
			return autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: quantity(int64(1000 + r.Intn(20000)))}
		}
		return autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: quantity(int64(1000 + r.Intn(5000)))}
	}
	name := v1.ResourceCPU
	if oneIn(r, 3) {
		name = v1.ResourceMemory
	}
	switch r.Intn(7) {
	case 0:
		return autoscalingv2.MetricSpec{Type: autoscalingv2.ContainerResourceMetricSourceType,
			ContainerResource: &autoscalingv2.ContainerResourceMetricSource{Name: name, Container: "main", Target: target()}}
	case 1:
		return autoscalingv2.MetricSpec{Type: autoscalingv2.PodsMetricSourceType,
			Pods: &autoscalingv2.PodsMetricSource{Metric: identifier("requests"), Target: autoscalingv2.MetricTarget{
				Type: autoscalingv2.AverageValueMetricType, AverageValue: quantity(int64(100 + r.Intn(900)))}}}
	case 2:
		return autoscalingv2.MetricSpec{Type: autoscalingv2.ObjectMetricSourceType,
			Object: &autoscalingv2.ObjectMetricSource{Metric: identifier("hits"), Target: valueOrAverage(),
				DescribedObject: autoscalingv2.CrossVersionObjectReference{Kind: "Ingress", APIVersion: "networking.k8s.io/v1", Name: "main"}}}
	case 3:
		return autoscalingv2.MetricSpec{Type: autoscalingv2.ExternalMetricSourceType,
			External: &autoscalingv2.ExternalMetricSource{Metric: identifier("queue"), Target: valueOrAverage()}}
	default:
		return autoscalingv2.MetricSpec{Type: autoscalingv2.ResourceMetricSourceType,
			Resource: &autoscalingv2.ResourceMetricSource{Name: name, Target: target()}}
	}
}

func randomRules(r *rand.Rand) *autoscalingv2.HPAScalingRules {
	if oneIn(r, 4) {
		return nil
	}
	rules := &autoscalingv2.HPAScalingRules{}
	if oneIn(r, 2) {
		window := int32(r.Intn(4) * 30)
		rules.StabilizationWindowSeconds = &window
	}
	if oneIn(r, 2) {
		policy := []autoscalingv2.ScalingPolicySelect{autoscalingv2.MaxChangePolicySelect,
			autoscalingv2.MinChangePolicySelect, autoscalingv2.DisabledPolicySelect}[r.Intn(3)]
		rules.SelectPolicy = &policy
	}
	if oneIn(r, 3) {
		rules.Tolerance = quantity(int64(r.Intn(300)))
	}
	for range r.Intn(3) {
		kind := autoscalingv2.PodsScalingPolicy
		value := int32(1 + r.Intn(4))
		if oneIn(r, 2) {
			kind = autoscalingv2.PercentScalingPolicy
			value = int32(10 + r.Intn(150))
		}
		rules.Policies = append(rules.Policies, autoscalingv2.HPAScalingPolicy{Type: kind, Value: value, PeriodSeconds: int32(15 + r.Intn(60))})
	}
	return rules
}

func randomAutoscaler(r *rand.Rand, zero bool) autoscalingv2.HorizontalPodAutoscaler {
	hpa := autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "team"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: "Deployment", APIVersion: "apps/v1", Name: "web"},
			MaxReplicas:    int32(3 + r.Intn(12)),
		},
	}
	if min := int32(r.Intn(4)); min > 0 || zero {
		hpa.Spec.MinReplicas = &min
	}
	for range 1 + r.Intn(3) {
		hpa.Spec.Metrics = append(hpa.Spec.Metrics, randomMetric(r))
	}
	if oneIn(r, 2) {
		hpa.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: randomRules(r), ScaleDown: randomRules(r)}
	}
	defaults.SetDefaults_HorizontalPodAutoscaler(&hpa)
	return hpa
}

func randomPods(r *rand.Rand, at int64, count int) []pod {
	var pods []pod
	troubled := oneIn(r, 3)
	for i := range count {
		p := pod{Name: fmt.Sprintf("web-%d", i), Phase: "Running", Ready: "True", Since: at - int64(r.Intn(1000)),
			Request: int64(100 * (1 + r.Intn(5)))}
		started := p.Since - int64(r.Intn(60))
		p.Started = &started
		if troubled && oneIn(r, 2) {
			switch r.Intn(7) {
			case 0:
				p.Phase, p.Ready, p.Started = "Pending", "", nil
			case 1:
				p.Deleting = true
			case 2:
				p.Phase = "Failed"
			case 3:
				p.Ready = "False"
			case 4:
				p.Ready, p.Since = "True", at-int64(r.Intn(60))
			case 5:
				p.Ready = ""
			case 6:
				p.Ready, p.Since = "False", started+int64(r.Intn(60))
			}
		}
		if oneIn(r, 6) {
			p.Sidecar = int64(50 * (1 + r.Intn(3)))
		}
		if oneIn(r, 12) {
			p.PodRequest = int64(100 * (1 + r.Intn(9)))
		}
		if oneIn(r, 60) {
			p.Request = 0
		}
		pods = append(pods, p)
	}
	return pods
}

// randomMetrics are low, near the target, or high for all pods alike, so that something happens.
func randomMetrics(r *rand.Rand, at int64, pods []pod, level float64) map[string]metric {
	metrics := map[string]metric{}
	ofPods := func(whole float64) metric {
		if oneIn(r, 25) {
			return metric{Error: "unable to fetch metrics from somewhere"}
		}
		m := metric{Pods: map[string][3]int64{}}
		missing := oneIn(r, 4)
		for _, p := range pods {
			if missing && oneIn(r, 3) {
				continue
			}
			m.Pods[p.Name] = [3]int64{at - int64(r.Intn(60)), int64(15 + r.Intn(30)), int64(whole * (0.8 + 0.4*r.Float64()))}
		}
		return m
	}
	value := func() metric {
		if oneIn(r, 25) {
			return metric{Error: "unable to fetch metrics from somewhere"}
		}
		return metric{Values: []int64{int64(level * 20000)}}
	}
	for _, name := range []string{"cpu", "memory"} {
		metrics["resource/"+name+"/"] = ofPods(level * 300)
		metrics["resource/"+name+"/main"] = ofPods(level * 250)
	}
	metrics["pods/requests"] = ofPods(level * 500)
	metrics["object/hits"] = value()
	external := value()
	if external.Error == "" && oneIn(r, 2) {
		external.Values = append(external.Values, int64(r.Intn(5000)))
	}
	metrics["external/queue"] = external
	return metrics
}

func (p pod) object(start time.Time) *v1.Pod {
	at := func(seconds int64) metav1.Time { return metav1.NewTime(start.Add(time.Duration(seconds) * time.Second)) }
	object := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: "team", Labels: map[string]string{"app": "web"}},
		Spec:       v1.PodSpec{Containers: []v1.Container{{Name: "main"}}},
		Status:     v1.PodStatus{Phase: v1.PodPhase(p.Phase)},
	}
	amounts := func(milli int64) v1.ResourceRequirements {
		if milli == 0 {
			return v1.ResourceRequirements{}
		}
		return v1.ResourceRequirements{Requests: v1.ResourceList{v1.ResourceCPU: *quantity(milli), v1.ResourceMemory: *quantity(milli)}}
	}
	object.Spec.Containers[0].Resources = amounts(p.Request)
	if p.Sidecar != 0 {
		always := v1.ContainerRestartPolicyAlways
		object.Spec.InitContainers = []v1.Container{{Name: "side", RestartPolicy: &always, Resources: amounts(p.Sidecar)}}
	}
	if p.PodRequest != 0 {
		whole := amounts(p.PodRequest)
		object.Spec.Resources = &whole
	}
	if p.Deleting {
		now := at(0)
		object.DeletionTimestamp = &now
	}
	if p.Started != nil {
		started := at(*p.Started)
		object.Status.StartTime = &started
	}
	if p.Ready != "" {
		object.Status.Conditions = []v1.PodCondition{{Type: v1.PodReady, Status: v1.ConditionStatus(p.Ready), LastTransitionTime: at(p.Since)}}
	}
	return object
}

func run(seed int64) sequence {
	r := rand.New(rand.NewSource(seed))
	zero := oneIn(r, 6)
	utilfeature.DefaultMutableFeatureGate.Set(fmt.Sprintf("HPAScaleToZero=%v", zero))
	hpa := randomAutoscaler(r, zero)
	result := sequence{Seed: seed, ScaleToZero: zero, Autoscaler: *hpa.DeepCopy()}
	result.Autoscaler.Status = autoscalingv2.HorizontalPodAutoscalerStatus{}
	start := time.Now()
	replicas := int32(r.Intn(10))
	level := 1.0
	metrics := &source{start: start}
	pods := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	events := record.NewFakeRecorder(100)
	var current look
	scaleClient := &scalefake.FakeScaleClient{}
	scale := func() *autoscalingv1.Scale {
		return &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "team"},
			Spec:   autoscalingv1.ScaleSpec{Replicas: current.Replicas},
			Status: autoscalingv1.ScaleStatus{Replicas: current.Existing, Selector: current.Selector}}
	}
	scaleClient.AddReactor("get", "deployments", func(core.Action) (bool, runtime.Object, error) { return true, scale(), nil })
	scaleClient.AddReactor("update", "deployments", func(action core.Action) (bool, runtime.Object, error) {
		updated := action.(core.UpdateAction).GetObject().(*autoscalingv1.Scale)
		current.Scaled = updated.Spec.Replicas
		return true, updated, nil
	})
	client := &fake.Clientset{}
	client.AddReactor("update", "horizontalpodautoscalers", func(action core.Action) (bool, runtime.Object, error) {
		hpa.Status = action.(core.UpdateAction).GetObject().(*autoscalingv2.HorizontalPodAutoscaler).Status
		return true, &hpa, nil
	})
	mapper := apimeta.NewDefaultRESTMapper([]schema.GroupVersion{{Group: "apps", Version: "v1"}})
	mapper.Add(schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, apimeta.RESTScopeNamespace)
	lister := corelisters.NewPodLister(pods)
	controller := &HorizontalController{
		scaleNamespacer:              scaleClient,
		hpaNamespacer:                client.AutoscalingV2(),
		mapper:                       mapper,
		tolerance:                    0.1,
		replicaCalc:                  NewReplicaCalculator(metrics, lister, 5*time.Minute, 30*time.Second),
		eventRecorder:                events,
		downscaleStabilisationWindow: 5 * time.Minute,
		monitor:                      monitor.New(),
		podLister:                    lister,
		recommendations:              map[string][]timestampedRecommendation{},
		scaleUpEvents:                map[string][]timestampedScaleEvent{},
		scaleDownEvents:              map[string][]timestampedScaleEvent{},
		hpaSelectors:                 selectors.NewBiMultimap(),
	}
	controller.hpaSelectors.PutSelector(selectors.Parse("team/web"), labels.Nothing())
	for range 5 + r.Intn(5) {
		time.Sleep(time.Duration(15*(1+r.Intn(4))) * time.Second)
		at := int64(time.Since(start).Seconds())
		if oneIn(r, 20) {
			replicas = int32(r.Intn(16))
		}
		if oneIn(r, 2) {
			level = []float64{0.0, 0.3, 0.7, 1.0, 1.3, 2.0, 5.0}[r.Intn(7)]
		}
		existing := replicas
		if existing > 1 && oneIn(r, 5) {
			existing--
		}
		if replicas > 0 && existing == 0 {
			existing = 1
		}
		if existing == 0 {
			existing = 1 // a division by it has no meaning
		}
		current = look{At: at, Replicas: replicas, Existing: existing, Scaled: replicas, Selector: "app=web",
			Pods: randomPods(r, at, int(replicas))}
		if oneIn(r, 40) {
			current.Selector = ""
		}
		current.Metrics = randomMetrics(r, at, current.Pods, level)
		metrics.metrics = current.Metrics
		var objects []any
		for _, p := range current.Pods {
			objects = append(objects, p.object(start))
		}
		if err := pods.Replace(objects, ""); err != nil {
			panic(err)
		}
		_ = controller.reconcileAutoscaler(context.TODO(), hpa.DeepCopy(), "team/web")
		replicas = current.Scaled
		current.Status = *hpa.Status.DeepCopy()
		for len(events.Events) > 0 {
			current.Events = append(current.Events, <-events.Events)
		}
		current.Metrics = used(hpa, current.Metrics)
		result.Looks = append(result.Looks, current)
	}
	return result
}

// used are the metrics that the autoscaler names.
func used(hpa autoscalingv2.HorizontalPodAutoscaler, all map[string]metric) map[string]metric {
	named := map[string]metric{}
	for _, spec := range hpa.Spec.Metrics {
		key := ""
		switch spec.Type {
		case autoscalingv2.ResourceMetricSourceType:
			key = "resource/" + string(spec.Resource.Name) + "/"
		case autoscalingv2.ContainerResourceMetricSourceType:
			key = "resource/" + string(spec.ContainerResource.Name) + "/main"
		case autoscalingv2.PodsMetricSourceType:
			key = "pods/requests"
		case autoscalingv2.ObjectMetricSourceType:
			key = "object/hits"
		case autoscalingv2.ExternalMetricSourceType:
			key = "external/queue"
		}
		named[key] = all[key]
	}
	return named
}

func TestRecord(t *testing.T) {
	file, err := os.Create(os.Getenv("RECORD"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	encoder := json.NewEncoder(file)
	for seed := int64(1); seed <= sequences; seed++ {
		synctest.Test(t, func(t *testing.T) {
			if err := encoder.Encode(run(seed)); err != nil {
				t.Fatal(err)
			}
		})
	}
}
