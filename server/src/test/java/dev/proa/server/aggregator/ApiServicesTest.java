package dev.proa.server.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.ApiServices.Entry;
import dev.proa.server.aggregator.ApiServices.Group;
import dev.proa.server.aggregator.RemoteApi.Documents;
import dev.proa.server.auth.UserInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiServicesTest {
    private static final List<String> LOCAL = List.of(
            "v1",
            "apps/v1",
            "batch/v1",
            "autoscaling/v1",
            "autoscaling/v2",
            "b.example.com/v1",
            "a.example.com/v1beta1");

    private static RemoteApi remote(String group, String version, MapValue openApi) {
        return new RemoteApi(
                group,
                version,
                "ns",
                "api",
                443,
                new RemoteApi.Trust("", true),
                true,
                new Documents(null, false, openApi, RemoteSwagger.NONE));
    }

    private static Entry entry(String group, String version, int groupPriority, int versionPriority) {
        return new Entry(
                group, version, new Priority(groupPriority, versionPriority), remote(group, version, MapValue.EMPTY));
    }

    private static List<String> told(ApiServices services, boolean byGroup) {
        List<String> told = new ArrayList<>();
        for (Group group : services.groups(LOCAL, byGroup)) {
            group.versions().forEach(version -> told.add(group.name() + "/" + version.version()));
        }
        return told;
    }

    @Test
    void groupsComeByPriorityThenByTheNamesOfTheirApiServices() {
        assertThat(told(ApiServices.NONE, false))
                .containsExactly(
                        "apps/v1",
                        "autoscaling/v2",
                        "autoscaling/v1",
                        "batch/v1",
                        "b.example.com/v1",
                        "a.example.com/v1beta1");
        assertThat(told(ApiServices.NONE, true)).endsWith("a.example.com/v1beta1", "b.example.com/v1");
    }

    @Test
    void apiServicesMoveGroupsAndVersionsAndAddThem() {
        ApiServices services = ApiServices.of(List.of(
                entry("z.example.com", "v1", 17_600, 10),
                entry("z.example.com", "v2beta1", 17_600, 20),
                entry("z.example.com", "v2", 100, 20),
                new Entry("b.example.com", "v1", new Priority(18_000, 1), null),
                new Entry("nobody.example.com", "v1", new Priority(19_000, 1), null)));

        assertThat(told(services, false))
                .containsExactly(
                        "b.example.com/v1",
                        "apps/v1",
                        "z.example.com/v2",
                        "z.example.com/v2beta1",
                        "z.example.com/v1",
                        "autoscaling/v2",
                        "autoscaling/v1",
                        "batch/v1",
                        "a.example.com/v1beta1");
    }

    @Test
    void aPathBelongsToTheApiThatItIsBelow() {
        ApiServices services = ApiServices.of(List.of(entry("z.example.com", "v1", 1, 1), entry("", "v1", 1, 1)));

        for (String path : List.of(
                "/apis/z.example.com/v1", "/apis/z.example.com/v1/", "/apis/z.example.com/v1/namespaces/a/flunders")) {
            assertThat(services.at(path))
                    .as(path)
                    .isNotNull()
                    .satisfies(api -> assertThat(api.group()).isEqualTo("z.example.com"));
        }
        assertThat(services.at("/api/v1/pods")).isNotNull();
        for (String path : List.of(
                "/apis",
                "/apis/z.example.com",
                "/apis/z.example.com/v1beta1/x",
                "/apis/z.example.com/v11",
                "/api",
                "/version",
                "/")) {
            assertThat(services.at(path)).as(path).isNull();
        }
        assertThat(ApiServices.NONE.at("/apis/z.example.com/v1")).isNull();
    }

    @Test
    void documentsOfOpenApiAreThoseThatTheServerNames() {
        MapValue paths = MapValue.of("apis/z.example.com/v1", MapValue.of("serverRelativeURL", "/x?hash=1"));
        ApiServices services = ApiServices.of(
                List.of(new Entry("z.example.com", "v1", Priority.CUSTOM, remote("z.example.com", "v1", paths))));

        assertThat(services.openApiPaths()).isEqualTo(paths);
        assertThat(services.ofOpenApi("/openapi/v3/apis/z.example.com/v1")).isNotNull();
        assertThat(services.ofOpenApi("/openapi/v3/apis/apps/v1")).isNull();
    }

    @Test
    void manyPathsOfOpenApiTakeALinearTime() {
        MapValue.Builder paths = MapValue.builder();
        for (int i = 0; i < 200_000; i++) {
            paths.put("apis/many.example.com/v1/" + i, MapValue.EMPTY);
        }
        ApiServices services = ApiServices.of(List.of(new Entry(
                "many.example.com", "v1", new Priority(1000, 1), remote("many.example.com", "v1", paths.build()))));

        assertThat(assertTimeout(Duration.ofSeconds(3), services::openApiPaths)).hasSize(200_000);
    }

    @Test
    void openApiOfGroupsWithAHigherPriorityComesFirst() {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : List.of(
                entry("low.example.com", "v1", 10, 900),
                entry("high.example.com", "v2", 20, 1),
                entry("high.example.com", "v1", 5, 2),
                entry("silent.example.com", "v1", 30, 1))) {
            RemoteApi api = java.util.Objects.requireNonNull(entry.remote());
            RemoteSwagger told = entry.group().startsWith("silent")
                    ? RemoteSwagger.NONE
                    : new RemoteSwagger("", entry.version() + "." + entry.group(), MapValue.EMPTY);
            entries.add(new Entry(
                    entry.group(),
                    entry.version(),
                    entry.priority(),
                    new RemoteApi(
                            api.group(),
                            api.version(),
                            api.namespace(),
                            api.service(),
                            api.port(),
                            api.trust(),
                            true,
                            api.documents().withOpenApi(MapValue.EMPTY, told))));
        }

        assertThat(ApiServices.of(entries).swaggers().stream().map(RemoteSwagger::etag))
                .containsExactly("v1.high.example.com", "v2.high.example.com", "v1.low.example.com");
        assertThat(ApiServices.NONE.swaggers()).isEmpty();
    }

    @Test
    void headersTellTheUserAndNothingThatMakesItAnother() {
        UserInfo user = new UserInfo(
                "jos\u00e9", "u-1", List.of("a", "b"), Map.of("example.com/Scopes 50%", List.of("x", "y")));
        List<String> headers = new ArrayList<>();
        FrontProxy.headers(user).forEach((name, value) -> headers.add(name + ": " + value));

        assertThat(headers)
                .containsExactly(
                        "X-Remote-User: "
                                + new String("jos\u00e9".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
                        "X-Remote-Uid: u-1",
                        "X-Remote-Group: a",
                        "X-Remote-Group: b",
                        "X-Remote-Extra-example.com%2FScopes%2050%25: x",
                        "X-Remote-Extra-example.com%2FScopes%2050%25: y");
        assertThatThrownBy(() -> FrontProxy.headers(UserInfo.of("a\r\nX-Remote-Group: system:masters")))
                .isInstanceOf(StatusException.class);
        assertThat(FrontProxy.isHeader("x-REMOTE-extra-a")).isTrue();
        assertThat(FrontProxy.isHeader("X-Remot")).isFalse();
    }
}
