"""Commands for developers and operators; nothing that the running application imports."""
