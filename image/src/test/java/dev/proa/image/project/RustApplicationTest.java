package dev.proa.image.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RustApplicationTest {
    @TempDir
    Path directory;

    private ProjectFiles cargo(String text) throws Exception {
        return new ProjectFiles(directory).with("Cargo.toml", text);
    }

    @Test
    void takesTheProgramOfThePackage() throws Exception {
        RustApplication rust = cargo("[package]\nname = \"shop\"\nrust-version = \"1.80\"\n")
                .with("src/main.rs", "fn main() {}")
                .with("Cargo.lock", "")
                .find(RustApplication.class);
        assertThat(rust.name()).isEqualTo("shop");
        assertThat(rust.build()).containsExactly("build", "--release", "--locked", "--bin", "shop");
        assertThat(rust.needs()).containsExactly(new Application.Need("cargo", "1.80", "Cargo.toml"));
        assertThat(rust.start()).containsExactly("/app/shop");
    }

    @Test
    void asksWhichOfSeveralUnlessOneIsTheDefault() throws Exception {
        ProjectFiles files =
                cargo("[package]\nname = \"shop\"\n").with("src/main.rs", "").with("src/bin/admin.rs", "");
        assertThatThrownBy(files::find).hasMessageContaining("shop, admin").hasMessageContaining("default-run");
        cargo("[package]\nname = \"shop\"\ndefault-run = \"admin\"\n");
        assertThat(files.find(RustApplication.class).binary()).isEqualTo("admin");
    }

    @Test
    void takesTheOnlyProgramOfAWorkspace() throws Exception {
        ProjectFiles files = cargo("[workspace]\nmembers = [\"crates/*\"]\n")
                .with("crates/core/Cargo.toml", "[package]\nname = \"core\"\n")
                .with("crates/core/src/lib.rs", "")
                .with(
                        "crates/web/Cargo.toml",
                        "[package]\nname = \"web\"\n[[bin]]\nname = \"server\"\npath = \"src/main.rs\"\n")
                .with("crates/web/src/main.rs", "")
                .with("rust-toolchain.toml", "[toolchain]\nchannel = \"1.90.0\"\n");
        RustApplication rust = files.find(RustApplication.class);
        assertThat(rust.build()).containsExactly("build", "--release", "--package", "web", "--bin", "server");
        assertThat(rust.version()).isEqualTo("1.90.0");
        files.with("crates/other/Cargo.toml", "[package]\nname = \"other\"\n").with("crates/other/src/main.rs", "");
        assertThatThrownBy(files::find).hasMessageContaining("crates/other, crates/web");
    }

    @Test
    void refusesWhatIsNoProgramOrNoToml() throws Exception {
        ProjectFiles files = cargo("[package]\nname = \"shop\"\n").with("src/lib.rs", "");
        assertThatThrownBy(files::find).hasMessageContaining("without a program");
        cargo("[package\n");
        assertThatThrownBy(files::find).hasMessageContaining("not valid TOML");
    }
}
