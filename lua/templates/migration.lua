${doc}${created}message       = ${message}
revision      = ${revision}
down_revision = ${down_revision}
branch_labels = ${branch_labels}
depends_on    = ${depends_on}
${header}
function upgrade()
${upgrade}
end

function downgrade()
${downgrade}
end
