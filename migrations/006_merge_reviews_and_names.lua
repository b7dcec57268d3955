message       = "merge reviews and names"
revision      = "006_merge_reviews_and_names"
down_revision = { "004_create_reviews", "005_fill_names" }

function upgrade()
end

function downgrade()
end
