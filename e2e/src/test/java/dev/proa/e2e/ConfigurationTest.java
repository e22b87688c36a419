package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What containers get of their configuration: environment, files, volumes, tokens; and what they say when it is missing. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigurationTest {
    private final TestCluster cluster;
    private final TestNamespace pods;

    ConfigurationTest(TestCluster cluster) throws IOException {
        this.cluster = cluster;
        this.pods = new TestNamespace(cluster, "configuration");
    }

    @BeforeAll
    void makeEverything() throws IOException {
        Files.writeString(
                Files.createDirectory(pods.hostDirectory().resolve("shared")).resolve("given"), "by hand");
        pods.apply("""
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
        pods.apply(configured());
        pods.apply(lacking());
    }

    @AfterAll
    void removePods() throws IOException {
        pods.close();
    }

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
        Map<String, String> facts = pods.facts("configured", "main");

        assertThat(facts)
                .containsEntry("C_color", "blue")
                .containsEntry("S_password", "s3cr3t")
                .containsEntry("COLOR", "blue")
                .containsEntry("LOGIN", "alice")
                .containsEntry("EXPANDED", "blue alice $(NONE) $(COLOR)")
                .containsEntry("argument", "blue")
                .containsEntry("POD_IP", pods.field("pod/configured", ".status.podIP"))
                .containsEntry("HOST_IP", pods.field("pod/configured", ".status.hostIP"))
                .containsEntry("NODE", pods.field("pod/configured", ".spec.nodeName"))
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
        assertThat(pods.facts("configured", "main"))
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
        assertThat(pods.facts("configured", "main"))
                .containsEntry("scratch", "777")
                .containsEntry("memory", "tmpfs")
                .containsEntry("filled", "1 2097152")
                .containsEntry("host", "by hand");
        assertThat(pods.hostDirectory().resolve("shared/made")).exists();
    }

    @Test
    void refreshesFilesWhenTheirObjectsChange() {
        pods.facts("configured", "main");
        pods.kubectl("patch", "configmap", "live", "-p", "{\"data\": {\"value\": \"new\", \"more\": \"1\"}}");
        pods.kubectl("label", "pod", "configured", "tier=two", "--overwrite");

        Await.until(
                "the files are new",
                () -> pods.exec("configured", "cat /etc/live/value /etc/live/more; grep tier /etc/pod/labels"),
                text -> text.equals("new1tier=\"two\""));
        assertThat(pods.run("patch", "configmap", "frozen", "-p", "{\"data\": {\"value\": \"water\"}}")
                        .exits(1)
                        .err())
                .contains("field is immutable when `immutable` is set");
    }

    @Test
    void givesTokensThatTheApiServerKnows() throws Exception {
        pods.facts("configured", "main");
        String files = "/var/run/secrets/kubernetes.io/serviceaccount/";
        String token = pods.exec("configured", "cat " + files + "token");
        String authority = Base64.getEncoder()
                .encodeToString(
                        pods.exec("configured", "cat " + files + "ca.crt").getBytes(StandardCharsets.UTF_8));
        String server = pods.kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
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
            pods.awaitField(pod, reason, "CreateContainerConfigError");
        }
        assertThat(pods.field("pod/keyless", message))
                .isEqualTo("couldn't find key none in ConfigMap configuration/settings");
        assertThat(pods.field("pod/rootless", message))
                .startsWith("container has runAsNonRoot and image will run as root (pod: \"rootless_configuration(");
        Await.until(
                "an event tells of the volume",
                () -> pods.kubectl("events", "--for", "pod/unmounted").out(),
                text -> text.contains("FailedMount")
                        && text.contains("hostPath type check failed: " + pods.hostDirectory() + " is not a file"));
        assertThat(pods.field("pod/unmounted", reason)).isEqualTo("ContainerCreating");
    }

    @Test
    void startsContainersOnceWhatTheyLackIsThere() {
        pods.awaitField(
                "pod/mapless", ".status.containerStatuses[0].state.waiting.message", "configmap \"later\" not found");
        pods.kubectl("create", "configmap", "later", "--from-literal=value=there");

        assertThat(pods.facts("mapless", "main")).containsEntry("value", "there");
    }
}
