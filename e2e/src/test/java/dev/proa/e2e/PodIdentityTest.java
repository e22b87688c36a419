package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who pods are: the users and rights of their containers, their names, and the names by which they find others. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodIdentityTest {
    private final TestNamespace pods;

    PodIdentityTest(TestCluster cluster) throws IOException {
        this.pods = new TestNamespace(cluster, "identity");
    }

    @BeforeAll
    void makePods() {
        pods.apply(secured());
        pods.apply(named());
    }

    @AfterAll
    void removePods() throws IOException {
        pods.close();
    }

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
        assertThat(pods.facts("secured", "main"))
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
        pods.kubectl("wait", "pod/member", "pod/hosted", "pod/alone", "--for=condition=Ready", "--timeout=60s");
        String address = pods.field("pod/member", ".status.podIP");

        assertThat(pods.exec("member", "hostname; cat /etc/hosts"))
                .startsWith("alpha\n")
                .contains(address + "\talpha.family.identity.svc.cluster.local\talpha")
                .contains("192.0.2.7\tseven.example\tseven");
        assertThat(pods.exec("member", "cat /etc/resolv.conf"))
                .contains(
                        "search identity.svc.cluster.local svc.cluster.local cluster.local",
                        " corp.example",
                        "nameserver 10.96.0.10",
                        "options ndots:3");
        assertThat(pods.exec("alone", "cat /etc/resolv.conf").lines())
                .containsExactlyInAnyOrder("search only.example", "nameserver 192.0.2.53", "options rotate");
        assertThat(pods.exec("hosted", "cat /etc/resolv.conf")).contains("nameserver 10.96.0.10");
        assertThat(pods.field("pod/hosted", ".status.podIP")).isEqualTo(pods.field("pod/hosted", ".status.hostIP"));
    }

    @Test
    void answersQuestionsForNames() {
        pods.kubectl("wait", "pod/member", "--for=condition=Ready", "--timeout=60s");
        String address = pods.field("pod/member", ".status.podIP");

        Await.until(
                "the pod's own name is known",
                () -> pods.run("exec", "member", "--", "nslookup", "alpha.family.identity.svc.cluster.local")
                        .out(),
                text -> text.contains("Address: " + address));
        Await.until(
                "the service's port is known",
                () -> pods.run(
                                "exec",
                                "member",
                                "--",
                                "nslookup",
                                "-type=srv",
                                "_http._tcp.family.identity.svc.cluster.local")
                        .out(),
                text -> text.contains("8080 alpha.family.identity.svc.cluster.local"));
    }

    @Test
    void keepsClientsWithTheirPod() {
        pods.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
        pods.kubectl("wait", "pod/member", "--for=condition=Ready", "--timeout=60s");
        Await.until(
                "the service answers",
                () -> pods.run("exec", "member", "--", "wget", "-qO-", "http://sticky")
                        .exit(),
                exit -> exit == 0);

        assertThat(pods.exec("member", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do wget -qO- http://sticky; done")
                        .lines()
                        .distinct())
                .hasSize(1);
    }
}
