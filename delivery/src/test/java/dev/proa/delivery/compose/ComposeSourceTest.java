package dev.proa.delivery.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.source.ImageBuild;
import dev.proa.delivery.source.Kinds;
import dev.proa.delivery.source.ManifestSource;
import dev.proa.delivery.source.ManifestSourceContract;
import dev.proa.delivery.source.Rendered;
import dev.proa.delivery.source.Templates;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComposeSourceTest extends ManifestSourceContract {
    @Override
    protected ManifestSource shop() throws IOException {
        return compose("services: {shop: {image: shop, ports: ['80:3000']}}");
    }

    @Override
    protected Broken broken() throws IOException {
        return new Broken(
                compose("services:\n  shop:\n    image: a\n    ports: ['x:y']\n"),
                "compose.yaml:4: services.shop.ports[0]");
    }

    private ComposeSource compose(String text) throws IOException {
        file("compose.yaml", text);
        return new ComposeSource(project, "compose.yaml", List.of(), Map.of("TAG", "7"));
    }

    private Rendered render(String text) throws IOException {
        return compose(text).render(SETTING);
    }

    private static MapValue object(Rendered rendered, String name) {
        return rendered.objects().stream()
                .filter(object -> Kinds.describe(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in "
                        + rendered.objects().stream().map(Kinds::describe).toList()));
    }

    private static MapValue pod(Rendered rendered, String name) {
        return Templates.pod(object(rendered, "deployment.apps/" + name));
    }

    private static MapValue container(Rendered rendered, String name) {
        return pod(rendered, name).list("containers").map(0);
    }

    private static Object yaml(String text) {
        return Yaml.decode(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void translatesAService() throws IOException {
        Rendered rendered = render("""
                services:
                  web:
                    image: "web:${TAG:-1}"
                    entrypoint: ["/run", "$$HOME"]
                    command: serve --name 'a b' "$$(X)"
                    environment: {A: 1, EMPTY: "", TAG: , UNSET: }
                    ports: ["8080:80", "53:53/udp", {target: 90, published: "30090"}]
                    expose: [7000]
                    user: "1000:1001"
                    working_dir: /srv
                    read_only: true
                    cap_add: [CAP_NET_ADMIN]
                    stop_grace_period: 1m30s
                    extra_hosts: ["db.example:10.0.0.1"]
                    deploy: {replicas: 3, resources: {limits: {cpus: "0.5", memory: 256M}, reservations: {memory: 64m}}}
                """);
        assertThat(container(rendered, "web")).isEqualTo(yaml("""
                name: web
                image: web:7
                command: [/run, $HOME]
                args: [serve, --name, "a b", "$$(X)"]
                env: [{name: A, value: "1"}, {name: EMPTY, value: ""}, {name: TAG, value: "7"}]
                ports:
                - {name: tcp-80, containerPort: 80, protocol: TCP}
                - {name: udp-53, containerPort: 53, protocol: UDP}
                - {name: tcp-90, containerPort: 90, protocol: TCP}
                - {name: tcp-7000, containerPort: 7000, protocol: TCP}
                workingDir: /srv
                securityContext: {runAsUser: 1000, runAsGroup: 1001, readOnlyRootFilesystem: true, capabilities: {add: [NET_ADMIN]}}
                resources: {limits: {cpu: 500m, memory: 256Mi}, requests: {memory: 64Mi}}
                startupProbe: {tcpSocket: {port: tcp-80}, periodSeconds: 1, failureThreshold: 60}
                readinessProbe: {tcpSocket: {port: tcp-80}, periodSeconds: 2}
                lifecycle: {preStop: {sleep: {seconds: 2}}}
                """));
        assertThat(pod(rendered, "web").integer("terminationGracePeriodSeconds", 0))
                .isEqualTo(90);
        assertThat(pod(rendered, "web").list("hostAliases").map(0))
                .isEqualTo(yaml("{ip: 10.0.0.1, hostnames: [db.example]}"));
        MapValue service = object(rendered, "service/web").map("spec");
        assertThat(service.string("type")).isEqualTo("NodePort");
        assertThat(service.list("ports").map(0))
                .isEqualTo(yaml("{name: tcp-80, port: 80, targetPort: tcp-80, protocol: TCP}"));
        assertThat(service.list("ports").map(2).integer("nodePort", 0)).isEqualTo(30_090);
        assertThat(object(rendered, "deployment.apps/web").map("spec").integer("replicas", 0))
                .isEqualTo(3);
        assertThat(rendered.notes()).isEmpty();
    }

    @Test
    void namesWhatIsNotTranslatedWithItsLine() throws IOException {
        Rendered rendered = render("""
                services:
                  db:
                    image: postgres
                    ulimits: {nofile: 1000}
                    volumes:
                      - data:/var/lib/postgresql/data
                      - /var/run/docker.sock:/var/run/docker.sock
                    user: postgres
                volumes: {data: {}}
                models: {}
                """);
        String file = project.resolve("compose.yaml").toString();
        assertThat(rendered.notes())
                .anyMatch(note -> note.startsWith(file + ":10: models is not translated"))
                .anyMatch(note -> note.startsWith(file + ":4: services.db.ulimits is not translated"))
                .anyMatch(note -> note.startsWith(file + ":6: services.db.volumes[0] is empty when its pod is new"))
                .anyMatch(note -> note.startsWith(file + ":7: services.db.volumes[1] is not translated"))
                .anyMatch(note -> note.startsWith(file + ":8: services.db.user is not translated"))
                .hasSize(5);
        assertThat(object(rendered, "service/db").map("spec").string("clusterIP"))
                .as("reached by its name at any port")
                .isEqualTo("None");
    }

    @Test
    void makesClaimsWhereThereAreVolumes() throws IOException {
        ComposeSource source = compose("services: {db: {image: d, volumes: [data:/data]}}\nvolumes: {data: }\n");
        Rendered rendered = source.render(new ManifestSource.Setting("shop", "team", 3000, true));
        assertThat(object(rendered, "persistentvolumeclaim/data").map("spec").map("resources"))
                .isEqualTo(yaml("{requests: {storage: 1Gi}}"));
        assertThat(object(rendered, "deployment.apps/db").map("spec").map("strategy"))
                .isEqualTo(yaml("{type: Recreate}"));
    }

    @Test
    void bringsFilesConfigsAndSecrets() throws IOException {
        file("nginx.conf", "daemon off;");
        file("conf.d/a/b.conf", "b");
        file("token.txt", "s3cret");
        file("db.env", "PASSWORD='x y'\n");
        Rendered rendered = render("""
                services:
                  web:
                    image: nginx
                    env_file: db.env
                    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "./conf.d:/etc/nginx/conf.d", "/cache"]
                    configs: [motd]
                    secrets: [{source: token, target: key, mode: 0400}]
                configs: {motd: {content: "hello ${TAG}"}}
                secrets: {token: {file: ./token.txt}}
                """);
        assertThat(object(rendered, "configmap/web-0").map("data").string("nginx.conf"))
                .isEqualTo("daemon off;");
        assertThat(object(rendered, "configmap/web-1").map("data").string("a_b.conf"))
                .isEqualTo("b");
        assertThat(object(rendered, "configmap/motd").map("data").string("motd"))
                .isEqualTo("hello 7");
        assertThat(object(rendered, "secret/token").map("data").string("token")).isEqualTo("czNjcmV0");
        assertThat(object(rendered, "secret/web-env").map("data").string("PASSWORD"))
                .isEqualTo("eCB5");
        assertThat(pod(rendered, "web").list("volumes").map(1))
                .isEqualTo(yaml("{name: web-1, configMap: {name: web-1, items: [{key: a_b.conf, path: a/b.conf}]}}"));
        assertThat(container(rendered, "web").list("volumeMounts")).isEqualTo(yaml("""
                - {name: web-0, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf, readOnly: true}
                - {name: web-1, mountPath: /etc/nginx/conf.d}
                - {name: web-2, mountPath: /cache}
                - {name: config-motd, mountPath: /motd, subPath: motd, readOnly: true}
                - {name: secret-token, mountPath: /run/secrets/key, subPath: token, readOnly: true}
                """));
        assertThat(pod(rendered, "web")
                        .list("volumes")
                        .map(4)
                        .map("secret")
                        .list("items")
                        .map(0)
                        .integer("mode", 0))
                .isEqualTo(0400);
    }

    @Test
    void buildsImagesOfTheProject() throws IOException {
        file("api/main.go", "package main");
        Rendered rendered = render("""
                services:
                  api: {build: ./api, volumes: ["./api:/src"]}
                  web:
                    image: example/web:dev
                    build: {context: ., dockerfile: web.Dockerfile, target: prod, args: [V=1, TAG]}
                """);
        assertThat(rendered.builds())
                .containsExactly(
                        ImageBuild.of("shop-api", project.resolve("api")),
                        new ImageBuild("example/web", project, "web.Dockerfile", "prod", Map.of("V", "1", "TAG", "7")));
        assertThat(container(rendered, "api").string("image")).isEqualTo("shop-api");
        assertThat(rendered.notes()).singleElement().asString().contains("the image has what was in it");
        assertThatThrownBy(() -> render("services: {a: {build: ../other}}"))
                .hasMessageContaining("in the project's folder");
    }

    @Test
    void asksAboutHealthAsTheCheckDoes() throws IOException {
        Rendered rendered = render("""
                services:
                  a: {image: a, healthcheck: {test: curl -f http://localhost/, interval: 10s, timeout: 3s, retries: 5, start_period: 20s}}
                  b: {image: b, ports: [80], healthcheck: {disable: true}}
                  c: {image: c, healthcheck: {test: [CMD, pg_isready, -U, x], interval: 500ms}}
                """);
        assertThat(container(rendered, "a").map("readinessProbe"))
                .isEqualTo(
                        yaml(
                                "{exec: {command: [/bin/sh, -c, 'curl -f http://localhost/']}, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 5}"));
        assertThat(container(rendered, "a").map("startupProbe").integer("failureThreshold", 0))
                .isEqualTo(35);
        assertThat(container(rendered, "a").map("startupProbe").integer("periodSeconds", 0))
                .isEqualTo(2);
        assertThat(container(rendered, "b").has("readinessProbe")).isFalse();
        assertThat(container(rendered, "c").map("readinessProbe").map("exec").list("command"))
                .containsExactly("pg_isready", "-U", "x");
    }

    @Test
    void readsWhatOtherFilesAddAndVariablesOfDotEnv() throws IOException {
        file(".env", "NAME=from-file\nTAG=0\n");
        file("base.yaml", "services: {base: {image: base, environment: [A=1, B=2], restart: always}}");
        file("more/compose.yaml", "services: {extra: {image: extra}}");
        file("compose.override.yaml", "services: {web: {environment: {C: 3}, command: [b]}}");
        Rendered rendered = render("""
                include: [more/compose.yaml]
                x-common: &common {image: "i:$TAG-$NAME"}
                services:
                  web:
                    <<: *common
                    command: [a]
                    extends: {file: base.yaml, service: base}
                    environment: {B: "${MISSING-4}"}
                    depends_on: {later: {condition: service_healthy}}
                  later: {image: l, profiles: [off]}
                  tools: {image: t, profiles: [debug]}
                """);
        assertThat(container(rendered, "web").string("image")).isEqualTo("i:7-from-file");
        assertThat(container(rendered, "web").list("args")).containsExactly("b");
        assertThat(container(rendered, "web").list("env"))
                .isEqualTo(yaml("[{name: A, value: '1'}, {name: B, value: '4'}, {name: C, value: '3'}]"));
        assertThat(container(rendered, "extra").string("image")).isEqualTo("extra");
        assertThat(rendered.objects().stream().map(Kinds::describe)).doesNotContain("deployment.apps/tools");
    }

    @Test
    void runsOnceWhatIsNeverRestarted() throws IOException {
        Rendered rendered = render("services: {migrate: {image: m, restart: 'no'}}");
        MapValue job = object(rendered, "job.batch/migrate").map("spec");
        assertThat(job.integer("backoffLimit", 9)).isZero();
        assertThat(job.map("template").map("spec").string("restartPolicy")).isEqualTo("Never");
    }

    @Test
    void givesAServiceAllItsNames() throws IOException {
        Rendered rendered = render(
                "services: {my_db: {image: d, expose: ['5432'], container_name: pg, networks: {back: {aliases: [database]}}}}");
        assertThat(rendered.objects().stream().map(Kinds::describe))
                .containsExactlyInAnyOrder("deployment.apps/my-db", "service/my-db", "service/pg", "service/database");
        assertThat(object(rendered, "service/database").map("spec").string("type"))
                .isEmpty();
    }

    @Test
    void refusesWhatCannotBe() throws IOException {
        assertThatThrownBy(() -> render("services: {a: {}}")).hasMessageContaining("needs an image or a build");
        assertThatThrownBy(() -> render("services: {a: {image: '${X:?set X}'}}"))
                .hasMessageContaining("compose.yaml:1: services.a.image")
                .hasMessageContaining("set X");
        assertThatThrownBy(() -> render("services: {a: {extends: b}, b: {extends: a}}"))
                .hasMessageContaining("circle");
        assertThatThrownBy(() -> render("services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [a]}}"))
                .hasMessageContaining("circle");
        assertThatThrownBy(() -> render("services: {a: {image: a, volumes: [x:/x]}}"))
                .hasMessageContaining("not in volumes");
        assertThatThrownBy(() -> render("services: {a: {image: a, env_file: ../../etc/passwd}}"))
                .hasMessageContaining("leads out of");
        assertThatThrownBy(() -> render("version: '3'\n")).hasMessageContaining("has no services");
    }
}
