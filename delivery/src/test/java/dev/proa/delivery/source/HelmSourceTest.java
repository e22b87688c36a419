package dev.proa.delivery.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.build.Builder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With a script that stands for Helm; KustomizeAndHelmTest has the real one. */
class HelmSourceTest extends ManifestSourceContract {
    private static final String HOOKS = """
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: check, annotations: {helm.sh/hook: "test, test-success"}}}
            ---
            {apiVersion: batch/v1, kind: Job, metadata: {name: migrate, annotations: {helm.sh/hook: "pre-upgrade,pre-install"}}}
            """;

    private HelmSource helm(SourceOptions options, String text) throws IOException {
        file("chart/Chart.yaml", "name: shop");
        return new HelmSource(project, "chart", options, Scripts.tool(directory, "helm", text));
    }

    @Override
    protected ManifestSource shop() throws IOException {
        file("chart/all.yaml", FolderSourceTest.SHOP);
        return helm(SourceOptions.NONE, "[ $1 = version ] && echo v4.0.1+g1 && exit\ncat chart/all.yaml");
    }

    @Override
    protected Broken broken() throws IOException {
        return new Broken(
                helm(SourceOptions.NONE, "echo 'Error: parse error at web.yaml:3' >&2; exit 1"),
                "parse error at web.yaml:3");
    }

    @Test
    void givesValuesNameAndNamespace() throws IOException {
        SourceOptions options =
                new SourceOptions("", List.of(Path.of("/v.yaml")), List.of("a=b"), false, List.of(), Builder.AUTO);
        assertThatThrownBy(() -> helm(options, "echo $* >&2; exit 1").render(SETTING))
                .hasMessageContaining(
                        "template shop ./chart --namespace team --include-crds --values /v.yaml --set a=b");
    }

    @Test
    void refusesHooksUnlessTheyAreLeftOut() throws IOException {
        file("chart/all.yaml", FolderSourceTest.SHOP + HOOKS);
        assertThatThrownBy(() -> helm(SourceOptions.NONE, "cat chart/all.yaml").render(SETTING))
                .hasMessageContaining("job.batch/migrate (pre-upgrade, pre-install)")
                .hasMessageContaining("--skip-hooks")
                .hasMessageNotContaining("pod/check");
        Rendered rendered = helm(
                        new SourceOptions("", List.of(), List.of(), true, List.of(), Builder.AUTO),
                        "cat chart/all.yaml")
                .render(SETTING);
        assertThat(rendered.objects()).hasSize(2);
        assertThat(rendered.notes()).singleElement().asString().contains("job.batch/migrate");
    }

    @Test
    void saysThatHelmIsMissing() {
        assertThatThrownBy(() -> new HelmSource(project, "", SourceOptions.NONE, null).render(SETTING))
                .hasMessageContaining("helm renders, and that is not on the PATH");
    }
}
