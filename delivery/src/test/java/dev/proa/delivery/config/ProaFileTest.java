package dev.proa.delivery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProaFileTest {
    @TempDir
    Path project;

    @BeforeEach
    void makeFolders() throws IOException {
        for (String folder : List.of("web", "api", "db")) {
            Files.createDirectories(project.resolve(folder));
        }
        Files.writeString(project.resolve("web/values.yaml"), "a: b");
    }

    private List<AppSpec> read(String text) throws IOException {
        Files.writeString(project.resolve("proa.yaml"), text);
        return ProaFile.applications(project, "");
    }

    @Test
    void isNotNeeded() {
        assertThat(ProaFile.applications(project, "")).containsExactly(AppSpec.of(project));
    }

    @Test
    void listsApplicationsInTheOrderInWhichTheyNeedEachOther() throws IOException {
        List<AppSpec> apps = read("""
                applications:
                  - folder: web
                    name: front
                    port: 3000
                    replicas: 3
                    values: [values.yaml]
                    set: [a=b]
                    env: {A: 1, B: "yes"}
                    needs: [api]
                    sync: [{from: templates/, to: /app/templates}]
                  - {folder: api, needs: [db]}
                  - {folder: db}
                """);
        assertThat(apps.stream().map(app -> app.folder().getFileName().toString()))
                .containsExactly("db", "api", "web");
        AppSpec web = apps.getLast();
        assertThat(web.name()).isEqualTo("front");
        assertThat(web.port()).isEqualTo(3000);
        assertThat(web.env()).isEqualTo(Map.of("A", "1", "B", "yes"));
        assertThat(web.values()).containsExactly(project.resolve("web/values.yaml"));
        assertThat(web.sync().getFirst().target("templates/a/b.html")).isEqualTo("/app/templates/a/b.html");
        assertThat(ProaFile.applications(project, "front")).containsExactly(web);
        assertThatThrownBy(() -> ProaFile.applications(project, "web")).hasMessageContaining("there is db, api, front");
    }

    @Test
    void saysWhatIsWrongAndOnWhichLine() throws IOException {
        wrong(
                "applications:\n- folder: web\n  prot: 1\n",
                ":3: applications[0].prot is unknown; there is env, folder, ");
        wrong(
                "applications:\n- folder: web\n  port: 99999\n",
                ":3: applications[0].port must be a number from 1 to 65535");
        wrong("applications:\n- {name: a}\n", ":2: applications[0].folder is missing");
        wrong("applications:\n- {folder: nowhere}\n", "names nowhere, which is no folder here");
        wrong("applications:\n- {folder: ../..}\n", "leads out of");
        wrong("applications:\n- {folder: web, name: Web}\n", "must begin with a letter");
        wrong("applications:\n- {folder: web}\n- {folder: web}\n", ":3: applications[1] is the second one");
        wrong("applications:\n- {folder: web, needs: [x]}\n", "names \"x\", which is no application here");
        wrong("applications:\n- {folder: web, needs: [api]}\n- {folder: api, needs: [web]}\n", "makes a circle");
        wrong("applications: 5\n", ":1: applications must be a list");
        wrong("apps: []\n", ":1: apps is unknown; there is applications");
        wrong("applications: []\n", "must list 1 to 100");
        wrong("[1]\n", "must be an object");
        wrong("a: [\n", "proa.yaml");
        wrong("applications:\n- {folder: web, sync: [{from: /etc, to: x}]}\n", "sync[0] is no rule");
    }

    private void wrong(String text, String message) {
        assertThatThrownBy(() -> read(text)).hasMessageContaining(message);
    }
}
