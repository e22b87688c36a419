package dev.proa.delivery.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With a script that stands for the program; KustomizeAndHelmTest has the real ones. */
class KustomizeSourceTest extends ManifestSourceContract {
    private Tool script(String text) throws IOException {
        return Scripts.tool(directory, "kustomize", text, "build");
    }

    @Override
    protected ManifestSource shop() throws IOException {
        file("deploy/kustomization.yaml", "resources: [shop.yaml]");
        file("deploy/shop.yaml", FolderSourceTest.SHOP);
        return new KustomizeSource(
                project,
                "deploy",
                script("[ \"$1\" = version ] && echo v5.5.0 && exit\n[ $1 = build ] && cat $2/shop.yaml"));
    }

    @Override
    protected Broken broken() throws IOException {
        return new Broken(
                new KustomizeSource(project, "", script("echo missing.yaml is not there >&2; exit 1")),
                "missing.yaml is not there");
    }

    @Test
    void saysWhichProgramRenders() throws IOException {
        assertThat(shop().description()).isEqualTo("the kustomization in deploy, by kustomize build v5.5.0");
    }

    @Test
    void namesBothProgramsWhenNeitherIsThere() {
        assertThatThrownBy(() -> new KustomizeSource(project, "", null).render(SETTING))
                .hasMessageContaining("kustomize or kubectl");
    }

    @Test
    void endsAProgramThatWritesTooMuch() throws IOException {
        assertThatThrownBy(() -> new KustomizeSource(project, "", script("head -c 40000000 /dev/zero")).render(SETTING))
                .hasMessageContaining("wrote more than 32 MiB");
    }

    @Test
    void saysThatThereIsNothing() throws IOException {
        assertThatThrownBy(() -> new KustomizeSource(project, "", script("true")).render(SETTING))
                .hasMessageContaining("has no resources");
        assertThat(List.of("kustomization.yaml", "kustomization.yml", "Kustomization"))
                .isEqualTo(KustomizeSource.FILES);
    }
}
