# SPDX-License-Identifier: Apache-2.0
dist_man_MANS += \
	doc/verdict.1 \
	doc/verdictd.8 \
	doc/verdict-pack.5 \
	doc/verdict-keys.7 \
	doc/verdict.conf.5
EXTRA_DIST += \
	doc/ARCHITECTURE.md \
	doc/faults.md \
	doc/checks.md \
	doc/export.md \
	doc/HACKING.md \
	doc/guide.in.md \
	doc/guide.md \
	doc/guide.script \
	doc/guide.sh \
	doc/hub.md \
	doc/PROTOCOL.md \
	doc/performance.md \
	doc/security.md

# Completion goes where both shells look by themselves; --prefix decides, so that distcheck can install it.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
EXTRA_DIST += data/completion/verdict.bash data/completion/verdictd.bash
dist_zshcomp_DATA = data/completion/_verdict data/completion/_verdictd
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = data/completion/verdict.fish data/completion/verdictd.fish
install-data-local: install-bashcomp
install-bashcomp:
	$(MKDIR_P) '$(DESTDIR)$(bashcompdir)'
	$(INSTALL_DATA) $(srcdir)/data/completion/verdict.bash '$(DESTDIR)$(bashcompdir)/verdict'
	$(INSTALL_DATA) $(srcdir)/data/completion/verdictd.bash '$(DESTDIR)$(bashcompdir)/verdictd'
uninstall-local: uninstall-bashcomp
uninstall-bashcomp:
	rm -f '$(DESTDIR)$(bashcompdir)/verdict' '$(DESTDIR)$(bashcompdir)/verdictd'
.PHONY: install-bashcomp uninstall-bashcomp

# The guide shows real screens; run this when they changed.
.PHONY: guide
guide: verdict
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/doc/guide.sh >$@.tmp
	mv $@.tmp $(srcdir)/doc/guide.md
