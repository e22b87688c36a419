package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What pods' specifications promise their containers: configuration, volumes, identity, names. Few pods, each of which writes down
 * what it finds as lines of {@code name=value}.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigurationTest {
    private final TestCluster cluster;
    private final String namespace;
    private final Path hostDirectory;

    ConfigurationTest(TestCluster cluster) throws IOException {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("configuration");
        this.hostDirectory = Files.createTempDirectory("proa-e2e-host");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void apply(String manifest) {
        String placed = manifest.replace("HOST/", hostDirectory + "/").replace("path: HOST", "path: " + hostDirectory);
        cluster.kubectlWithInput(placed, "apply", "-n", namespace, "-f", "-").ok();
    }

    private String field(String object, String path) {
        return kubectl("get", object, "-o", "jsonpath={" + path + "}").text();
    }

    private void awaitField(String object, String path, String expected) {
        Await.until(object + " has " + path + " " + expected, () -> field(object, path), expected::equals);
    }

    /** What a container has written, once it wrote a last line {@code end=}. */
    private Map<String, String> facts(String pod, String container) {
        String log = Await.until(
                pod + " has written everything",
                () -> cluster.kubectl(Arguments.in(namespace, "logs", pod, "-c", container))
                        .out(),
                text -> text.contains("end="));
        Map<String, String> facts = new HashMap<>();
        log.lines().filter(line -> line.contains("=")).forEach(line -> {
            String[] parts = line.split("=", 2);
            facts.merge(parts[0], parts[1], (a, b) -> a + "\n" + b);
        });
        return facts;
    }

    private String exec(String pod, String script) {
        return kubectl("exec", pod, "--", "sh", "-c", script).text();
    }

    @BeforeAll
    void makeEverything() throws IOException {
        Files.writeString(Files.createDirectory(hostDirectory.resolve("shared")).resolve("given"), "by hand");
        apply("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                data: {color: blue, app.conf: "first\\nsecond\\n"}
                binaryData: {raw: "AAEC/w=="}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: live}
                data: {value: old}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: frozen}
                immutable: true
                data: {value: ice}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: credentials}
                stringData: {user: alice, password: s3cr3t}
                """);
        apply(configured());
        apply(secured());
        apply(staged());
        apply(ending());
        apply(lacking());
        apply(named());
    }

    @AfterAll
    void removeHostDirectory() throws IOException {
        cluster.kubectl(Arguments.in(namespace, "delete", "pods", "--all", "--grace-period=1", "--timeout=60s"));
        Directories.delete(hostDirectory);
    }

    // ---- configuration

    private static String configured() {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: configured
                  labels: {app: configured, tier: one}
                  annotations: {note: 'say "hi"'}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                    - name: main
                      image: busybox:e2e
                      command:
                        - sh
                        - -c
                        - |
                          env
                          echo argument=$0
                          echo conf=$(cat /etc/app/renamed/app.conf | tr '\\n' ,)
                          echo confmode=$(stat -L -c %%a /etc/app/renamed/app.conf)
                          echo confnames=$(ls /etc/app)
                          echo raw=$(od -An -tx1 /etc/all/raw | tr -d ' ')
                          echo secret=$(cat /etc/secret/password) $(stat -L -c %%a /etc/secret/password)
                          echo sub=$(cat /opt/app.conf | tr '\\n' ,)
                          echo frozen=$(cat /etc/frozen/value)
                          echo nothing=$(ls /etc/nothing | wc -l)
                          echo labels=$(cat /etc/pod/labels | tr '\\n' ' ')
                          echo note=$(cat /etc/pod/annotations)
                          echo limit=$(cat /etc/pod/limit)
                          echo namespace=$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace)
                          echo one=$(cat /projected/user)$(cat /projected/conf/c | wc -l)
                          echo scratch=$(stat -c %%a /scratch)
                          echo memory=$(stat -f -c %%T /memory)
                          head -c 3000000 /dev/zero > /memory/big 2>/dev/null; echo filled=$? $(wc -c < /memory/big)
                          echo host=$(cat /host/given)
                          touch /host/made
                          echo end=
                          sleep 1000
                        - "$(COLOR)"
                      resources: {limits: {cpu: 1500m, memory: 64Mi}, requests: {cpu: 100m}}
                      envFrom:
                        - {prefix: C_, configMapRef: {name: settings}}
                        - {prefix: S_, secretRef: {name: credentials}}
                        - {configMapRef: {name: absent, optional: true}}
                      env:
                        - {name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}
                        - {name: LOGIN, valueFrom: {secretKeyRef: {name: credentials, key: user}}}
                        - {name: ABSENT, valueFrom: {configMapKeyRef: {name: settings, key: none, optional: true}}}
                        - {name: EXPANDED, value: "$(COLOR) $(S_user) $(NONE) $$(COLOR)"}
                        - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                        - {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
                        - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                        - {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
                        - {name: TIER, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tier']"}}}
                        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
                        - {name: MILLI, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
                        - {name: MEBI, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
                      volumeMounts:
                        - {name: app, mountPath: /etc/app}
                        - {name: all, mountPath: /etc/all}
                        - {name: all, mountPath: /opt/app.conf, subPath: app.conf}
                        - {name: live, mountPath: /etc/live}
                        - {name: frozen, mountPath: /etc/frozen}
                        - {name: nothing, mountPath: /etc/nothing}
                        - {name: secret, mountPath: /etc/secret, readOnly: true}
                        - {name: pod, mountPath: /etc/pod}
                        - {name: projected, mountPath: /projected}
                        - {name: scratch, mountPath: /scratch}
                        - {name: memory, mountPath: /memory}
                        - {name: host, mountPath: /host}
                  volumes:
                    - name: app
                      configMap: {name: settings, items: [{key: app.conf, path: renamed/app.conf, mode: 0640}]}
                    - {name: all, configMap: {name: settings}}
                    - {name: live, configMap: {name: live}}
                    - {name: frozen, configMap: {name: frozen}}
                    - {name: nothing, configMap: {name: absent, optional: true}}
                    - {name: secret, secret: {secretName: credentials, defaultMode: 0400}}
                    - name: pod
                      downwardAPI:
                        items:
                          - {path: labels, fieldRef: {fieldPath: metadata.labels}}
                          - {path: annotations, fieldRef: {fieldPath: metadata.annotations}}
                          - {path: limit, resourceFieldRef: {containerName: main, resource: limits.memory, divisor: 1Ki}}
                    - name: projected
                      projected:
                        sources:
                          - {secret: {name: credentials, items: [{key: user, path: user}]}}
                          - {configMap: {name: settings, items: [{key: app.conf, path: conf/c}]}}
                    - {name: scratch, emptyDir: {}}
                    - {name: memory, emptyDir: {medium: Memory, sizeLimit: 2Mi}}
                    - {name: host, hostPath: {path: HOST/shared, type: DirectoryOrCreate}}
                """.replace("%%", "%");
    }

    @Test
    void givesConfigurationAsEnvironment() {
        Map<String, String> facts = facts("configured", "main");

        assertThat(facts)
                .containsEntry("C_color", "blue")
                .containsEntry("S_password", "s3cr3t")
                .containsEntry("COLOR", "blue")
                .containsEntry("LOGIN", "alice")
                .containsEntry("EXPANDED", "blue alice $(NONE) $(COLOR)")
                .containsEntry("argument", "blue")
                .containsEntry("POD_IP", field("pod/configured", ".status.podIP"))
                .containsEntry("HOST_IP", field("pod/configured", ".status.hostIP"))
                .containsEntry("NODE", field("pod/configured", ".spec.nodeName"))
                .containsEntry("ACCOUNT", "default")
                .containsEntry("TIER", "one")
                .containsEntry("CPU", "2")
                .containsEntry("MILLI", "100")
                .containsEntry("MEBI", "64")
                .containsEntry("HOSTNAME", "configured")
                .containsEntry("KUBERNETES_SERVICE_HOST", "10.96.0.1")
                .doesNotContainKey("ABSENT");
    }

    @Test
    void givesConfigurationAsFiles() {
        assertThat(facts("configured", "main"))
                .containsEntry("conf", "first,second,")
                .containsEntry("confmode", "640")
                .containsEntry("confnames", "renamed")
                .containsEntry("raw", "000102ff")
                .containsEntry("secret", "s3cr3t 400")
                .containsEntry("sub", "first,second,")
                .containsEntry("frozen", "ice")
                .containsEntry("nothing", "0")
                .containsEntry("labels", "app=\"configured\" tier=\"one\"")
                .containsEntry("limit", "65536")
                .containsEntry("namespace", "configuration")
                .containsEntry("one", "alice2")
                .extractingByKey("note")
                .asString()
                .contains("note=\"say \\\"hi\\\"\"");
    }

    @Test
    void givesVolumes() {
        assertThat(facts("configured", "main"))
                .containsEntry("scratch", "777")
                .containsEntry("memory", "tmpfs")
                .containsEntry("filled", "1 2097152")
                .containsEntry("host", "by hand");
        assertThat(hostDirectory.resolve("shared/made")).exists();
    }

    @Test
    void refreshesFilesWhenTheirObjectsChange() {
        facts("configured", "main");
        kubectl("patch", "configmap", "live", "-p", "{\"data\": {\"value\": \"new\", \"more\": \"1\"}}");
        kubectl("label", "pod", "configured", "tier=two", "--overwrite");

        Await.until(
                "the files are new",
                () -> exec("configured", "cat /etc/live/value /etc/live/more; grep tier /etc/pod/labels"),
                text -> text.equals("new1tier=\"two\""));
        assertThat(cluster.kubectl(Arguments.in(
                                namespace, "patch", "configmap", "frozen", "-p", "{\"data\": {\"value\": \"water\"}}"))
                        .exits(1)
                        .err())
                .contains("field is immutable when `immutable` is set");
    }

    @Test
    void givesTokensThatTheApiServerKnows() throws Exception {
        facts("configured", "main");
        String files = "/var/run/secrets/kubernetes.io/serviceaccount/";
        String token = exec("configured", "cat " + files + "token");
        String authority = Base64.getEncoder()
                .encodeToString(exec("configured", "cat " + files + "ca.crt").getBytes(StandardCharsets.UTF_8));
        String server = kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
                .text();
        Path kubeconfig = cluster.file("robot.kubeconfig", """
                apiVersion: v1
                kind: Config
                current-context: it
                contexts: [{name: it, context: {cluster: it, user: it}}]
                clusters: [{name: it, cluster: {server: "%s", certificate-authority-data: %s}}]
                users: [{name: it, user: {token: %s}}]
                """.formatted(server, authority, token));

        assertThat(cluster.kubectl("--kubeconfig", kubeconfig.toString(), "get", "nodes")
                        .exits(1)
                        .err())
                .contains("Forbidden", "system:serviceaccount:configuration:default");
    }

    // ---- what is missing

    private static String lacking() {
        return Manifests.pod("keyless", "echo never")
                        .replace(
                                "      image:",
                                "      env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: none}}}]\n      image:")
                + "---\n"
                + Manifests.pod("mapless", "echo value=$value; echo end=")
                        .replace("      image:", "      envFrom: [{configMapRef: {name: later}}]\n      image:")
                + "---\n"
                + Manifests.pod("rootless", "echo never")
                        .replace("      image:", "      securityContext: {runAsNonRoot: true}\n      image:")
                + "---\n"
                + Manifests.pod("unmounted", "echo never")
                        .replace(
                                "  restartPolicy:",
                                "  volumes: [{name: file, hostPath: {path: HOST, type: File}}]\n  restartPolicy:")
                        .replace("      image:", "      volumeMounts: [{name: file, mountPath: /f}]\n      image:");
    }

    @Test
    void saysWhatContainersLack() {
        String reason = ".status.containerStatuses[0].state.waiting.reason";
        String message = ".status.containerStatuses[0].state.waiting.message";
        for (String pod : List.of("pod/keyless", "pod/rootless")) {
            awaitField(pod, reason, "CreateContainerConfigError");
        }
        assertThat(field("pod/keyless", message))
                .isEqualTo("couldn't find key none in ConfigMap configuration/settings");
        assertThat(field("pod/rootless", message))
                .startsWith("container has runAsNonRoot and image will run as root (pod: \"rootless_configuration(");
        Await.until(
                "an event tells of the volume",
                () -> kubectl("events", "--for", "pod/unmounted").out(),
                text -> text.contains("FailedMount")
                        && text.contains("hostPath type check failed: " + hostDirectory + " is not a file"));
        assertThat(field("pod/unmounted", reason)).isEqualTo("ContainerCreating");
    }

    @Test
    void startsContainersOnceWhatTheyLackIsThere() {
        awaitField(
                "pod/mapless", ".status.containerStatuses[0].state.waiting.message", "configmap \"later\" not found");
        kubectl("create", "configmap", "later", "--from-literal=value=there");

        assertThat(facts("mapless", "main")).containsEntry("value", "there");
    }

    // ---- stages of a pod's life

    private static String staged() {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: staged}
                spec:
                  terminationGracePeriodSeconds: 20
                  volumes:
                    - {name: data, emptyDir: {}}
                    - {name: host, hostPath: {path: HOST, type: Directory}}
                  initContainers:
                    - name: first
                      image: busybox:e2e
                      command: [sh, -c, "[ -f /data/tried ] || { touch /data/tried; exit 7; }; echo first >> /data/order"]
                      volumeMounts: [{name: data, mountPath: /data}]
                    - name: sidecar
                      image: busybox:e2e
                      restartPolicy: Always
                      command: [sh, -c, "trap 'echo sidecar >> /host/ends; exit' TERM; sleep 1; echo sidecar >> /data/order; touch /tmp/up; while true; do sleep 0.1; done"]
                      startupProbe: {exec: {command: [test, -f, /tmp/up]}, periodSeconds: 1}
                      volumeMounts: [{name: data, mountPath: /data}, {name: host, mountPath: /host}]
                    - name: last
                      image: busybox:e2e
                      command: [sh, -c, "echo last >> /data/order"]
                      volumeMounts: [{name: data, mountPath: /data}]
                  containers:
                    - name: main
                      image: busybox:e2e
                      command: [sh, -c, "trap 'echo main >> /host/ends; exit' TERM; echo main >> /data/order; mkdir /www; (sleep 2; touch /www/ready; httpd -p 8080 -h /www) & while true; do sleep 0.1; done"]
                      ports: [{name: http, containerPort: 8080}]
                      lifecycle:
                        postStart: {exec: {command: [sh, -c, "echo postStart >> /data/posted"]}}
                        preStop: {exec: {command: [sh, -c, "sleep 1; echo preStop >> /host/ends"]}}
                      startupProbe: {tcpSocket: {port: http}, periodSeconds: 1, failureThreshold: 60}
                      livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, failureThreshold: 30}
                      readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1, failureThreshold: 1}
                      volumeMounts: [{name: data, mountPath: /data}, {name: host, mountPath: /host}]
                """;
    }

    @Test
    void goesThroughTheStagesOfLife() {
        kubectl("wait", "pod/staged", "--for=condition=Ready", "--timeout=60s");
        assertThat(exec("staged", "cat /data/order")).isEqualTo("first\nsidecar\nlast\nmain");
        assertThat(exec("staged", "cat /data/posted")).isEqualTo("postStart");
        assertThat(field("pod/staged", ".status.initContainerStatuses[*].restartCount"))
                .isEqualTo("1 0 0");
        assertThat(field("pod/staged", ".status.initContainerStatuses[*].ready"))
                .isEqualTo("true true true");
        assertThat(field("pod/staged", ".status.containerStatuses[0].started")).isEqualTo("true");

        exec("staged", "rm /www/ready");
        kubectl("wait", "pod/staged", "--for=condition=Ready=False", "--timeout=60s");
        assertThat(field("pod/staged", ".status.containerStatuses[0].restartCount"))
                .isEqualTo("0");

        kubectl("delete", "pod", "staged", "--timeout=60s");
        assertThat(hostDirectory.resolve("ends")).hasContent("preStop\nmain\nsidecar\n");
    }

    // ---- ways to end

    private static String ending() {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: messages}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 1
                  containers:
                    - name: file
                      image: busybox:e2e
                      command: [sh, -c, "echo because > /tmp/why; exit 4"]
                      terminationMessagePath: /tmp/why
                    - name: log
                      image: busybox:e2e
                      command: [sh, -c, "echo it broke; exit 5"]
                      terminationMessagePolicy: FallbackToLogsOnError
                    - name: fine
                      image: busybox:e2e
                      command: [sh, -c, "echo all well"]
                      terminationMessagePolicy: FallbackToLogsOnError
                    - name: hungry
                      image: busybox:e2e
                      command: [tail, /dev/zero]
                      resources: {limits: {memory: 16Mi}}
                ---
                """
                + Manifests.pod("done", "exit 0").replace("Never", "OnFailure")
                + "---\n"
                + Manifests.pod("crashing", "exit 9").replace("Never", "Always")
                + "---\n"
                + Manifests.pod("late", "sleep 1000")
                        .replace("restartPolicy: Never", "restartPolicy: Always\n  activeDeadlineSeconds: 3")
                + "---\n"
                + Manifests.pod("uninitialized", "echo never")
                        .replace(
                                "  containers:",
                                "  initContainers: [{name: init, image: 'busybox:e2e', command: [sh, -c, exit 3]}]\n"
                                        + "  containers:");
    }

    @Test
    void tellsHowContainersEnded() {
        awaitField("pod/messages", ".status.phase", "Failed");
        String terminated = ".status.containerStatuses[?(@.name==\"%s\")].state.terminated";
        assertThat(field("pod/messages", terminated.formatted("file") + ".message"))
                .isEqualTo("because");
        assertThat(field("pod/messages", terminated.formatted("file") + ".exitCode"))
                .isEqualTo("4");
        assertThat(field("pod/messages", terminated.formatted("log") + ".message"))
                .isEqualTo("it broke");
        assertThat(field("pod/messages", terminated.formatted("fine") + ".message"))
                .isEmpty();
        assertThat(field("pod/messages", terminated.formatted("fine") + ".reason"))
                .isEqualTo("Completed");
        assertThat(field("pod/messages", terminated.formatted("hungry") + ".reason"))
                .isEqualTo("OOMKilled");
        assertThat(field("pod/messages", terminated.formatted("hungry") + ".exitCode"))
                .isEqualTo("137");
    }

    @Test
    void followsRestartPolicies() {
        awaitField("pod/done", ".status.phase", "Succeeded");
        assertThat(field("pod/done", ".status.containerStatuses[0].restartCount"))
                .isEqualTo("0");
        awaitField("pod/crashing", ".status.containerStatuses[0].state.waiting.reason", "CrashLoopBackOff");
        assertThat(field("pod/crashing", ".status.containerStatuses[0].lastState.terminated.exitCode"))
                .isEqualTo("9");
        assertThat(field("pod/crashing", ".status.containerStatuses[0].state.waiting.message"))
                .contains("back-off", "restarting failed container=main pod=crashing_configuration(");
        assertThat(field("pod/crashing", ".status.phase")).isEqualTo("Running");
    }

    @Test
    void endsPodsThatMayNotGoOn() {
        awaitField("pod/late", ".status.reason", "DeadlineExceeded");
        assertThat(field("pod/late", ".status.phase")).isEqualTo("Failed");
        awaitField("pod/uninitialized", ".status.phase", "Failed");
        assertThat(field("pod/uninitialized", ".status.initContainerStatuses[0].state.terminated.exitCode"))
                .isEqualTo("3");
        // After a look at the pod that has ended, nothing of it runs again.
        kubectl("annotate", "pod", "late", "looked=1");
        assertThat(field("pod/late", ".status.containerStatuses[0].restartCount"))
                .isEqualTo("0");
    }

    // ---- identity and names

    private static String secured() {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: secured}
                spec:
                  terminationGracePeriodSeconds: 1
                  shareProcessNamespace: true
                  securityContext: {runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [4000]}
                  volumes:
                    - {name: data, emptyDir: {}}
                    - {name: token, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 600}}]}}
                  containers:
                    - name: main
                      image: busybox:e2e
                      command:
                        - sh
                        - -c
                        - |
                          echo user=$(id -u) $(id -g) $(id -G)
                          touch /x 2>/dev/null; echo root=$?
                          touch /data/x; echo data=$? $(stat -c '%a %g' /data) $(stat -c %g /data/x)
                          echo token=$(stat -L -c '%a %g' /token/token)
                          echo capabilities=$(grep CapBnd /proc/self/status)
                          echo privileges=$(grep NoNewPrivs /proc/self/status)
                          sleep 2
                          echo sees=$(ps | grep -c '[s]leep 98762')
                          echo end=
                          sleep 1000
                      securityContext:
                        readOnlyRootFilesystem: true
                        allowPrivilegeEscalation: false
                        capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
                      volumeMounts: [{name: data, mountPath: /data}, {name: token, mountPath: /token}]
                    - name: other
                      image: busybox:e2e
                      command: [sleep, "98762"]
                """;
    }

    @Test
    void givesContainersTheirIdentity() {
        assertThat(facts("secured", "main"))
                .containsEntry("root", "1")
                .containsEntry("data", "0 2777 3000 3000")
                .containsEntry("token", "640 3000")
                .containsEntry("sees", "1")
                .hasEntrySatisfying("user", user -> {
                    assertThat(user).startsWith("1000 2000 ");
                    assertThat(user.split(" ")).contains("2000", "3000", "4000");
                })
                .hasEntrySatisfying("capabilities", text -> assertThat(text).endsWith("0000000000000400"))
                .hasEntrySatisfying("privileges", text -> assertThat(text).endsWith("1"));
    }

    private static String named() {
        return Manifests.web("web", 3) + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: sticky}
                spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}], sessionAffinity: ClientIP}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: family}
                spec: {clusterIP: None, selector: {role: member}, ports: [{name: http, port: 8080}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: member, labels: {role: member}}
                spec:
                  terminationGracePeriodSeconds: 1
                  hostname: alpha
                  subdomain: family
                  hostAliases: [{ip: 192.0.2.7, hostnames: [seven.example, seven]}]
                  dnsConfig: {searches: [corp.example], options: [{name: ndots, value: "3"}]}
                  containers:
                    - name: main
                      image: busybox:e2e
                      command: [sleep, "1000"]
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: hosted}
                spec:
                  terminationGracePeriodSeconds: 1
                  hostNetwork: true
                  dnsPolicy: ClusterFirstWithHostNet
                  containers:
                    - name: main
                      image: busybox:e2e
                      command: [sleep, "1000"]
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: alone}
                spec:
                  terminationGracePeriodSeconds: 1
                  dnsPolicy: None
                  dnsConfig: {nameservers: [192.0.2.53], searches: [only.example], options: [{name: rotate}]}
                  containers:
                    - name: main
                      image: busybox:e2e
                      command: [sleep, "1000"]
                """;
    }

    @Test
    void givesPodsTheirNames() {
        kubectl("wait", "pod/member", "pod/hosted", "pod/alone", "--for=condition=Ready", "--timeout=60s");
        String address = field("pod/member", ".status.podIP");

        assertThat(exec("member", "hostname; cat /etc/hosts"))
                .startsWith("alpha\n")
                .contains(address + "\talpha.family.configuration.svc.cluster.local\talpha")
                .contains("192.0.2.7\tseven.example\tseven");
        assertThat(exec("member", "cat /etc/resolv.conf"))
                .contains(
                        "search configuration.svc.cluster.local svc.cluster.local cluster.local",
                        " corp.example",
                        "nameserver 10.96.0.10",
                        "options ndots:3");
        assertThat(exec("alone", "cat /etc/resolv.conf").lines())
                .containsExactlyInAnyOrder("search only.example", "nameserver 192.0.2.53", "options rotate");
        assertThat(exec("hosted", "cat /etc/resolv.conf")).contains("nameserver 10.96.0.10");
        assertThat(field("pod/hosted", ".status.podIP")).isEqualTo(field("pod/hosted", ".status.hostIP"));
    }

    @Test
    void answersQuestionsForNames() {
        kubectl("wait", "pod/member", "--for=condition=Ready", "--timeout=60s");
        String address = field("pod/member", ".status.podIP");

        Await.until(
                "the pod's own name is known",
                () -> cluster.kubectl(Arguments.in(
                                namespace,
                                "exec",
                                "member",
                                "--",
                                "nslookup",
                                "alpha.family.configuration.svc.cluster.local"))
                        .out(),
                text -> text.contains("Address: " + address));
        Await.until(
                "the service's port is known",
                () -> cluster.kubectl(Arguments.in(
                                namespace,
                                "exec",
                                "member",
                                "--",
                                "nslookup",
                                "-type=srv",
                                "_http._tcp.family.configuration.svc.cluster.local"))
                        .out(),
                text -> text.contains("8080 alpha.family.configuration.svc.cluster.local"));
    }

    @Test
    void keepsClientsWithTheirPod() {
        kubectl("rollout", "status", "deployment/web", "--timeout=60s");
        kubectl("wait", "pod/member", "--for=condition=Ready", "--timeout=60s");
        Await.until(
                "the service answers",
                () -> cluster.kubectl(Arguments.in(namespace, "exec", "member", "--", "wget", "-qO-", "http://sticky"))
                        .exit(),
                exit -> exit == 0);

        assertThat(exec("member", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do wget -qO- http://sticky; done")
                        .lines()
                        .distinct())
                .hasSize(1);
    }
}
