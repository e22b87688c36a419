package dev.proa.image.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.project.NodeApplication.Output;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeApplicationTest {
    @TempDir
    Path directory;

    private ProjectFiles json(String text) throws Exception {
        return new ProjectFiles(directory).with("package.json", text.replace('\'', '"'));
    }

    @Test
    void startsAsItsScriptSays() throws Exception {
        NodeApplication node =
                json("{'name': '@team/shop', 'scripts': {'start': 'NODE_OPTIONS=--trace node server.js -v'},"
                                + " 'dependencies': {'express': '5'}, 'engines': {'node': '>=18.2 || 20'}}")
                        .with("package-lock.json", "{}")
                        .find(NodeApplication.class);
        assertThat(node.name()).isEqualTo("shop");
        assertThat(node.start()).containsExactly("node", "server.js", "-v");
        assertThat(node.environment()).isEqualTo(Map.of("NODE_OPTIONS", "--trace"));
        assertThat(node.needs()).contains(new Application.Need("node", "18.2", "package.json"));
        assertThat(node.commands()).containsExactly("npm ci --omit=dev  (apart from the folder)");
        assertThat(node.layers()).containsExactly("dependencies", "application");
    }

    @ParameterizedTest
    @CsvSource({
        "npm run serve, node x.js, node x.js",
        "next start, '', next start",
        "node a.js && node b.js, '', sh -c node a.js && node b.js",
        "node --title=\"a b\" a.js, '', sh -c exec node --title=\"a b\" a.js",
        "cross-env A=1 node a.js, '', node a.js",
    })
    void keepsPackageManagersAndShellsOutOfTheWay(String start, String serve, String expected) {
        assertThat(String.join(" ", NodeStart.of(start, Map.of("serve", serve)).command()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "pnpm-lock.yaml, lockfileVersion: 9, pnpm install --frozen-lockfile --prod",
        "yarn.lock, # yarn lockfile v1, yarn install --frozen-lockfile --production",
        "yarn.lock, __metadata:, yarn workspaces focus --all --production",
        "npm-shrinkwrap.json, {}, npm ci --omit=dev",
        "other, '', npm install --no-package-lock --omit=dev",
    })
    void installsByTheLockFile(String file, String content, String command) throws Exception {
        NodeApplication node = json("{'main': 'a.js', 'dependencies': {'x': '1'}}")
                .with("a.js", "")
                .with(file, content)
                .find(NodeApplication.class);
        assertThat(String.join(" ", node.production())).isEqualTo(command);
    }

    @Test
    void usesMainOrAUsualName() throws Exception {
        assertThat(json("{'main': './lib/main'}")
                        .with("lib/main.js", "")
                        .find(NodeApplication.class)
                        .start())
                .containsExactly("node", "lib/main.js");
        assertThat(json("{}").with("index.js", "").find(NodeApplication.class).start())
                .containsExactly("node", "index.js");
        assertThat(json("{'bin': 'cli.js'}")
                        .with("cli.js", "")
                        .find(NodeApplication.class)
                        .start())
                .containsExactly("node", "cli.js");
    }

    @ParameterizedTest
    @CsvSource({
        "vite, vite preview, dist",
        "react-scripts, react-scripts start, build",
        "@docusaurus/core, docusaurus start, build",
        "gatsby, gatsby develop, public",
    })
    void servesTheResultOfSiteTools(String tool, String start, String folder) throws Exception {
        NodeApplication node = json("{'scripts': {'build': 'x', 'start': '" + start + "'}, 'devDependencies': {'" + tool
                        + "': '1'}}")
                .with("index.html", "")
                .find(NodeApplication.class);
        assertThat(node.output())
                .isInstanceOfSatisfying(
                        Output.Site.class, site -> assertThat(site.folders()).startsWith(folder));
        assertThat(node.start()).isEmpty();
    }

    @Test
    void readsWhereFrameworksPutTheirResult() throws Exception {
        ProjectFiles next =
                json("{'scripts': {'build': 'next build', 'start': 'next start'}, 'dependencies': {'next': '15'}}");
        assertThat(next.find(NodeApplication.class).output()).isEqualTo(new Output.Server(List.of("next", "start")));
        next.with("next.config.mjs", "export default { output: 'export' }");
        assertThat(next.find(NodeApplication.class).output()).isEqualTo(new Output.Site(List.of("out")));
        next.with("next.config.mjs", "export default { output: \"standalone\" }");
        assertThat(next.find(NodeApplication.class).start()).containsExactly("node", "server.js");
        assertThat(json("{'scripts': {'build': 'vite build'}, 'devDependencies': {'vite': '6'}}")
                        .with("vite.config.js", "export default { build: { outDir: './www' } }")
                        .find(NodeApplication.class)
                        .output())
                .isInstanceOfSatisfying(
                        Output.Site.class, site -> assertThat(site.folders()).startsWith("www"));
    }

    @Test
    void keepsDevelopmentToolsThatStartIt() throws Exception {
        NodeApplication node = json("{'scripts': {'start': 'tsx src/server.ts'}, 'devDependencies': {'tsx': '4'}}")
                .with("package-lock.json", "{}")
                .find(NodeApplication.class);
        assertThat(node.allDependencies()).isTrue();
        assertThat(node.production()).containsExactly("npm", "ci");
        assertThat(node.commands()).hasSize(1);
    }

    @Test
    void packageForToolsIsNoApplication() throws Exception {
        assertThat(json("{'devDependencies': {'prettier': '3'}, 'build': 1}").find())
                .isEmpty();
        assertThatThrownBy(() -> json("{").find()).hasMessageContaining("not valid JSON");
    }
}
