import ArgumentParser

struct CompletionsCommand: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Prints what completes imtui in a shell.",
        discussion: """
            bash: imtui completions bash > ~/.local/share/bash-completion/completions/imtui. \
            zsh: imtui completions zsh > a folder of $fpath/_imtui. \
            fish: imtui completions fish > ~/.config/fish/completions/imtui.fish.
            """)
    @Argument(help: "The shell.") var shell: Shell

    func run() throws {
        let kinds: [Shell: CompletionShell] = [.bash: .bash, .zsh: .zsh, .fish: .fish]
        guard let kind = kinds[shell] else { return }
        Output.write(ImtuiCommand.completionScript(for: kind))
    }
}

struct ManCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man", abstract: "Prints the man page: imtui man | man -l -.")

    func run() throws {
        Output.write(try ManPage.make())
    }
}
