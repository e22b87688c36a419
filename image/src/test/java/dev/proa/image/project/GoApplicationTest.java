package dev.proa.image.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.source.SourceFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoApplicationTest {
    private static final String MAIN = "package main\n\nfunc main() {}\n";

    @TempDir
    Path directory;

    private ProjectFiles module() throws Exception {
        return new ProjectFiles(directory).with("go.mod", "module example.com/team/shop/v2 // the shop\n\ngo 1.25.1\n");
    }

    @Test
    void takesTheProgramOfTheFolder() throws Exception {
        GoApplication go = module().with("main.go", MAIN)
                .with("cmd/tool/main.go", MAIN)
                .with("tools/gen.go", "//go:build ignore\n\n" + MAIN)
                .find(GoApplication.class);
        assertThat(go.argument()).isEqualTo(".");
        assertThat(go.name()).isEqualTo("shop");
        assertThat(go.start()).containsExactly("/app/shop");
        assertThat(go.needs()).containsExactly(new Application.Need("go", "1.25.1", "go.mod"));
        assertThat(go.commands())
                .containsExactly("CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags \"-s -w\" .");
    }

    @Test
    void takesTheOnlyCommand() throws Exception {
        GoApplication go = module().with("cmd/server/main.go", MAIN)
                .with("internal/tools/main.go", MAIN)
                .with("cmd/server/main_test.go", MAIN)
                .with("vendor/x/cmd/y/main.go", MAIN)
                .with("nested/go.mod", "module nested")
                .with("nested/main.go", MAIN)
                .find(GoApplication.class);
        assertThat(go.argument()).isEqualTo("./cmd/server");
        assertThat(go.name()).isEqualTo("shop");
    }

    @Test
    void asksWhichOfSeveral() throws Exception {
        module().with("cmd/a/main.go", MAIN).with("cmd/b/main.go", MAIN);
        assertThatThrownBy(() -> new ProjectFiles(directory).find())
                .hasMessageContaining("cmd/a, cmd/b")
                .hasMessageContaining("give the folder");
        try (SourceFolder folder = SourceFolder.open(directory)) {
            GoApplication chosen = GoApplication.read(folder, "cmd/b");
            assertThat(chosen.argument()).isEqualTo("./cmd/b");
            assertThat(chosen.name()).isEqualTo("b");
        }
        try (SourceFolder inner = SourceFolder.open(directory.resolve("cmd/b"))) {
            assertThat(GoApplication.isMain(inner)).isTrue();
        }
    }

    @Test
    void noticesLibrariesWorkspacesAndC() throws Exception {
        module().with("shop.go", "package shop\n");
        assertThatThrownBy(() -> new ProjectFiles(directory).find()).hasMessageContaining("without a program");

        ProjectFiles workspace = new ProjectFiles(directory)
                .with("go.work", "go 1.26\nuse ./web\ntoolchain go1.26.2\n")
                .with("web/go.mod", "module example.com/web")
                .with("web/main.go", "package main\n\n/*\n#include <math.h>\n*/\nimport \"C\"\n\nfunc main() {}\n");
        GoApplication go = workspace.find(GoApplication.class);
        assertThat(go.argument()).isEqualTo("./web");
        assertThat(go.cgo()).isTrue();
        assertThat(go.version()).isEqualTo("1.26.2");
        assertThat(go.needs()).extracting(Application.Need::program).containsExactly("go", "gcc");
    }

    @Test
    void takesFoldersWithoutSourcesAlong() throws Exception {
        GoApplication go = module().with("main.go", MAIN)
                .with("templates/index.html", "")
                .with("web/web.go", "package web\n")
                .find(GoApplication.class);
        assertThat(go.assets()).containsExactly("templates");
        assertThat(go.layers()).containsExactly("files: templates", "program");
    }
}
