// Records what Kubernetes' own checks say of pods, at each level and version of Pod Security: of the pods that upstream tests itself with
// (test/testdata of k8s.io/pod-security-admission), each once, and of 1,500 random ones. A line for each pod: the pod; for the levels the versions
// from which an answer holds, and the answer; and where upstream has it among those that pass or fail.
//
// Run it with the modules of Kubernetes 1.36 (go.mod of its API server):
// go run main.go | gzip -9n > ../../resources/dev/proa/server/facts/podsecurity.jsonl.gz
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

const newest = 36

type answer struct {
	From    int    `json:"from"`
	Reasons string `json:"reasons,omitempty"`
	Details string `json:"details,omitempty"`
}

type record struct {
	Pod      map[string]any      `json:"pod"`
	Answers  map[string][]answer `json:"answers"`
	Fixtures map[string][]int    `json:"fixtures,omitempty"`
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

var evaluator = must(policy.NewEvaluator(policy.DefaultChecks(), nil))

func answers(pod *corev1.Pod) map[string][]answer {
	all := map[string][]answer{}
	for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
		for minor := 0; minor <= newest; minor++ {
			lv := api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)}
			result := policy.AggregateCheckResults(evaluator.EvaluatePod(lv, &pod.ObjectMeta, &pod.Spec))
			now := answer{From: minor}
			if !result.Allowed {
				now.Reasons, now.Details = result.ForbiddenReason(), result.ForbiddenDetail()
			}
			so := all[string(level)]
			if len(so) == 0 || so[len(so)-1].Details != now.Details {
				all[string(level)] = append(so, now)
			}
		}
	}
	return all
}

func shown(pod *corev1.Pod) map[string]any {
	text := must(json.Marshal(pod))
	value := map[string]any{}
	check(json.Unmarshal(text, &value))
	delete(value, "status")
	return value
}

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, each := range fixtures() {
		check(out.Encode(each))
	}
	random := rand.New(rand.NewSource(36))
	for i := 0; i < 1500; i++ {
		pod := randomPod(random)
		check(out.Encode(record{Pod: shown(pod), Answers: answers(pod)}))
	}
}

func fixtures() []*record {
	directory := strings.TrimSpace(string(must(exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output())))
	byPod := map[string]*record{}
	var order []*record
	for _, file := range must(filepath.Glob(filepath.Join(directory, "test/testdata/*/*/*/*.yaml"))) {
		parts := strings.Split(file, "/")
		parts = parts[len(parts)-4:]
		var minor int
		must(fmt.Sscanf(parts[1], "v1.%d", &minor))
		pod := &corev1.Pod{}
		check(yaml.UnmarshalStrict(must(os.ReadFile(file)), pod))
		pod.Name = "p"
		for i := range pod.Spec.Volumes {
			if pod.Spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) { // as the API server does before anybody checks
				pod.Spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
			}
		}
		value := shown(pod)
		key := string(must(json.Marshal(value)))
		if byPod[key] == nil {
			byPod[key] = &record{Pod: value, Answers: answers(pod), Fixtures: map[string][]int{}}
			order = append(order, byPod[key])
		}
		where := parts[0] + " " + parts[2]
		byPod[key].Fixtures[where] = append(byPod[key].Fixtures[where], minor)
	}
	for _, each := range order {
		for where, minors := range each.Fixtures {
			sort.Ints(minors)
			each.Fixtures[where] = minors[:1]
			for _, minor := range minors[1:] {
				if last := each.Fixtures[where]; last[len(last)-1] != minor {
					each.Fixtures[where] = append(last, minor)
				}
			}
		}
	}
	return order
}

func pick[T any](random *rand.Rand, of ...T) T { return of[random.Intn(len(of))] }

func pointer[T any](value T) *T { return &value }

// Each part is left out more often than not, so that most pods break few rules.
func maybe(random *rand.Rand) bool { return random.Intn(5) == 0 }

func some[T any](random *rand.Rand, of ...T) []T {
	var chosen []T
	for i := random.Intn(3); i >= 0; i-- {
		chosen = append(chosen, pick(random, of...))
	}
	return chosen
}

func seccomp(random *rand.Rand) *corev1.SeccompProfile {
	return &corev1.SeccompProfile{Type: pick(random, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeLocalhost, corev1.SeccompProfileTypeUnconfined, "", "other")}
}

func appArmor(random *rand.Rand) *corev1.AppArmorProfile {
	return &corev1.AppArmorProfile{Type: pick(random, corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeLocalhost, corev1.AppArmorProfileTypeUnconfined, "")}
}

func seLinux(random *rand.Rand) *corev1.SELinuxOptions {
	return &corev1.SELinuxOptions{
		Type:  pick(random, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "b"),
		User:  pick(random, "", "", "u"),
		Role:  pick(random, "", "", "r"),
		Level: pick(random, "", "l"),
	}
}

func windows(random *rand.Rand) *corev1.WindowsSecurityContextOptions {
	return &corev1.WindowsSecurityContextOptions{HostProcess: pick(random, nil, pointer(true), pointer(false))}
}

func randomPod(random *rand.Rand) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}}
	names := []string{"a", "b", "c", "d", "e"}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	safe := random.Intn(2) == 0
	for _, name := range names[:1+random.Intn(2)] {
		pod.Spec.Containers = append(pod.Spec.Containers, container(random, name, safe))
	}
	if maybe(random) {
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, container(random, names[3], safe))
	}
	if maybe(random) {
		pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers,
			corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(container(random, names[4], safe))})
	}
	annotations(random, pod, names)
	pod.Spec.HostNetwork, pod.Spec.HostPID, pod.Spec.HostIPC = maybe(random), maybe(random) && maybe(random), maybe(random) && maybe(random)
	if maybe(random) {
		pod.Spec.HostUsers = pick(random, pointer(true), pointer(false), pointer(false))
	}
	if maybe(random) {
		pod.Spec.OS = &corev1.PodOS{Name: pick(random, corev1.Linux, corev1.Windows)}
	}
	volumes(random, pod)
	if safe || maybe(random) {
		pod.Spec.SecurityContext = podContext(random, safe)
	}
	return pod
}

func annotations(random *rand.Rand, pod *corev1.Pod, names []string) {
	if !maybe(random) {
		return
	}
	pod.Annotations = map[string]string{}
	keys := []string{"seccomp.security.alpha.kubernetes.io/pod", "other"}
	for _, name := range names[:2] {
		keys = append(keys, "container.seccomp.security.alpha.kubernetes.io/"+name, "container.apparmor.security.beta.kubernetes.io/"+name)
	}
	for _, key := range some(random, keys...) {
		pod.Annotations[key] = pick(random, "", "runtime/default", "docker/default", "localhost/x", "unconfined", "\"x\"\n")
	}
}

func volumes(random *rand.Rand, pod *corev1.Pod) {
	if !maybe(random) {
		return
	}
	for i, source := range some(random,
		corev1.VolumeSource{},
		corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}},
		corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{}},
		corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{Driver: "d"}},
		corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: "i"}},
		corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}},
		corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{Server: "s", Path: "/"}},
		corev1.VolumeSource{GitRepo: &corev1.GitRepoVolumeSource{Repository: "r"}},
		corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{IQN: "i"}},
		corev1.VolumeSource{Glusterfs: &corev1.GlusterfsVolumeSource{Path: "/"}},
		corev1.VolumeSource{Cinder: &corev1.CinderVolumeSource{VolumeID: "v"}},
		corev1.VolumeSource{StorageOS: &corev1.StorageOSVolumeSource{VolumeName: "v"}},
		corev1.VolumeSource{FlexVolume: &corev1.FlexVolumeSource{Driver: "d"}},
	) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: fmt.Sprintf("v%d", i), VolumeSource: source})
	}
}

func podContext(random *rand.Rand, safe bool) *corev1.PodSecurityContext {
	context := &corev1.PodSecurityContext{}
	if safe {
		context.RunAsNonRoot = pointer(true)
		context.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
	}
	if maybe(random) {
		context.RunAsNonRoot = pick(random, nil, pointer(true), pointer(false))
	}
	if maybe(random) {
		context.RunAsUser = pick(random, pointer(int64(0)), pointer(int64(1)))
	}
	if maybe(random) {
		context.SeccompProfile = seccomp(random)
	}
	if maybe(random) {
		context.AppArmorProfile = appArmor(random)
	}
	if maybe(random) {
		context.SELinuxOptions = seLinux(random)
	}
	if maybe(random) {
		context.WindowsOptions = windows(random)
	}
	if maybe(random) {
		for _, name := range some(random, "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
			"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
			"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "vm.swappiness", "other") {
			context.Sysctls = append(context.Sysctls, corev1.Sysctl{Name: name, Value: "1"})
		}
	}
	return context
}

func container(random *rand.Rand, name string, safe bool) corev1.Container {
	made := corev1.Container{Name: name, Image: "i"}
	if safe {
		made.SecurityContext = &corev1.SecurityContext{
			AllowPrivilegeEscalation: pointer(false),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		}
	}
	if maybe(random) {
		made.SecurityContext = containerContext(random, made.SecurityContext)
	}
	if maybe(random) {
		for _, port := range some(random, int32(0), 80, 443, 8080) {
			made.Ports = append(made.Ports, corev1.ContainerPort{ContainerPort: 80, HostPort: port})
		}
	}
	if maybe(random) {
		made.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Host: pick(random, "", "h", "127.0.0.1")}}}
		made.StartupProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Host: pick(random, "", "h", "8.8.8.8")}}}
	}
	if maybe(random) {
		made.ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 1}}}
		made.Lifecycle = &corev1.Lifecycle{
			PostStart: &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Host: pick(random, "", "h2")}},
			PreStop:   &corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Host: pick(random, "", "h3")}},
		}
	}
	return made
}

func containerContext(random *rand.Rand, context *corev1.SecurityContext) *corev1.SecurityContext {
	if context == nil {
		context = &corev1.SecurityContext{}
	}
	if maybe(random) {
		context.Privileged = pick(random, pointer(true), pointer(false))
	}
	if maybe(random) {
		context.AllowPrivilegeEscalation = pick(random, nil, pointer(true), pointer(false))
	}
	if maybe(random) {
		context.Capabilities = &corev1.Capabilities{
			Add:  some[corev1.Capability](random, "NET_BIND_SERVICE", "CHOWN", "SYS_ADMIN", "ALL", "KILL", "chown"),
			Drop: some[corev1.Capability](random, "ALL", "ALL", "NET_RAW", "all"),
		}
	}
	if maybe(random) {
		context.RunAsNonRoot = pick(random, pointer(true), pointer(false))
	}
	if maybe(random) {
		context.RunAsUser = pick(random, pointer(int64(0)), pointer(int64(1)))
	}
	if maybe(random) {
		context.SeccompProfile = seccomp(random)
	}
	if maybe(random) {
		context.AppArmorProfile = appArmor(random)
	}
	if maybe(random) {
		context.SELinuxOptions = seLinux(random)
	}
	if maybe(random) {
		context.WindowsOptions = windows(random)
	}
	if maybe(random) {
		context.ProcMount = pick(random, pointer(corev1.DefaultProcMount), pointer(corev1.UnmaskedProcMount), pointer(corev1.ProcMountType("other")))
	}
	return context
}
